using System.Collections.Immutable;
using VIommuActors.Cli.Input;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Exploration;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Scenarios;
using VIommuActors.Simulation;
using VIommuActors.Trace;

namespace VIommuActors.Cli.Exploring;

/// <summary>What is searched, and how far.</summary>
/// <param name="Loaded">The scenario.</param>
/// <param name="Asked">As the user named it.</param>
/// <param name="Sets">Overrides.</param>
/// <param name="Protocol">Name of the design.</param>
/// <param name="Strategy">Name of the strategy.</param>
/// <param name="Seed">Decides the workload's draws and, where there is chance in it, the strategy.</param>
/// <param name="Faults">How many messages a schedule may lose or double.</param>
/// <param name="BudgetText">As the user wrote it.</param>
/// <param name="All">Go on after a violation.</param>
internal sealed record SearchPlan(
    LoadedScenario Loaded, string Asked, ImmutableArray<string> Sets, string Protocol, string Strategy, ulong Seed, int Faults,
    string BudgetText, bool All)
{
    /// <summary>The command that does it again.</summary>
    public string Repro => string.Join(' ',
        [
            "viommu explore", CommandText.Quote(Asked), "--protocol", Protocol, "--strategy", Strategy,
            "--budget", BudgetText, "--seed", Input.Seed.Hex(Seed),
            .. Faults > 0 ? [$"--faults {Faults}"] : Array.Empty<string>(), .. All ? ["--all"] : Array.Empty<string>(),
            .. Sets.Select(set => "--set " + CommandText.Quote(set)),
        ]);

    /// <summary>Bounds of a schedule; the same for the search and for what repeats it.</summary>
    public static ExploreOptions Bounds(LoadedScenario loaded, IStrategy strategy) => MachineSearch.Bounds(loaded, strategy);

    /// <summary>The header of a trace of one of its schedules.</summary>
    public TraceHeader Header(IEnumerable<int> choices, string tool) =>
        MachineSearch.Header(Loaded, Protocol, Strategy, Seed, Faults, choices, tool);

    /// <summary>A world in which its schedules run.</summary>
    public MachineWorld World(SimSystem system) => MachineSearch.World(system, Loaded, Protocol, Seed, Faults, null);
}
