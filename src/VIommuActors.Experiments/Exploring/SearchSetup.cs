using System.Globalization;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Exploration;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios;
using VIommuActors.Simulation;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Exploring;

/// <summary>All that decides what a schedule's choices mean. A trace's header carries it, so that the schedule can be run again.</summary>
/// <param name="Loaded">The scenario.</param>
/// <param name="Protocol">Name of the design.</param>
/// <param name="Seed">Decides the workload's draws.</param>
public sealed record SearchSetup(LoadedScenario Loaded, string Protocol, ulong Seed)
{
    // Without time a guest that polls for ever would make a schedule without end.
    private const long LongestSchedule = 100_000;

    /// <summary>What may go wrong on the wires, and who may crash.</summary>
    public SearchFaults Faults { get; init; } = SearchFaults.None;

    /// <summary>The deliberate defect, or null.</summary>
    public Mutant? Mutant { get; init; }

    /// <summary>A schedule ends with the first breach of safety.</summary>
    public bool Stops { get; init; }

    /// <summary>Longest schedule.</summary>
    public long MaxSteps => Math.Min(LongestSchedule, Loaded.Scenario.Limits.Steps);

    /// <summary>What a trace's header says.</summary>
    /// <param name="loaded">The scenario that the header carries.</param>
    /// <param name="header">Header of a searched run.</param>
    /// <exception cref="UnsupportedSearchException">It names a defect or a fault that this version does not know.</exception>
    public static SearchSetup Of(LoadedScenario loaded, TraceHeader header)
    {
        var search = header.Search ?? throw new ArgumentException("Not the header of a searched run.", nameof(header));
        var mutant = search.Mutant is not { } name ? null : MutantCatalog.Find(name) ?? throw new UnsupportedSearchException(
            "mutant", name, "there is no such defect", string.Join(", ", MutantCatalog.All.Select(known => known.Name)));
        return new SearchSetup(loaded, header.Protocol, header.Seed)
        {
            Faults = FaultsOf(search),
            Mutant = mutant,
            Stops = search.Stops,
        };
    }

    private static SearchFaults FaultsOf(TraceSearch search)
    {
        if (search.Faults is < 0 or > SearchFaults.MostFaults)
        {
            var given = search.Faults.ToString(CultureInfo.InvariantCulture);
            throw new UnsupportedSearchException(
                "faults", given, "not a number of faults", string.Create(CultureInfo.InvariantCulture, $"0 to {SearchFaults.MostFaults}"));
        }
        try
        {
            return SearchFaults.Parse(search.Faults, search.FaultKinds, search.FaultsOn);
        }
        catch (FormatException e)
        {
            var isKind = search.FaultKinds is not null;
            throw new UnsupportedSearchException(
                isKind ? "fault_kinds" : "faults_on", search.FaultKinds ?? search.FaultsOn ?? "", e.Message,
                string.Join(", ", isKind ? SearchFaults.KindNames : SearchFaults.TargetNames));
        }
    }

    /// <summary>Bounds of a schedule.</summary>
    public ExploreOptions Bounds(IStrategy strategy) => new() { Strategy = strategy, MaxSteps = MaxSteps };

    /// <summary>A world in which the schedules run.</summary>
    /// <param name="system">Where its actors live.</param>
    /// <param name="trace">Where steps go, or null.</param>
    /// <exception cref="UnsupportedCombinationException">The scenario cannot be searched so.</exception>
    public MachineWorld World(SimSystem system, ITraceSink? trace = null) => new(system, Loaded.Scenario, Protocol, Seed, Mutant)
    {
        InjectedFaults = Faults,
        MaxSteps = MaxSteps,
        StopsAtBreach = Stops,
        Trace = trace,
    };

    /// <summary>The header of a trace of one of its schedules.</summary>
    /// <param name="strategy">Name of the strategy that found it.</param>
    /// <param name="choices">Its decisions.</param>
    /// <param name="tool">Version of the tool.</param>
    public TraceHeader Header(string strategy, IEnumerable<int> choices, string tool) => new(
        Loaded.Scenario.Name, Protocol, Seed, tool, new TraceSearch(strategy, Faults.Budget, ScenarioPrinter.Print(Loaded), [.. choices])
        {
            FaultKinds = Faults.KindsText,
            FaultsOn = Faults.OnText,
            Mutant = Mutant?.Name,
            Stops = Stops,
        });
}

/// <summary>A recorded search names something that this version does not know.</summary>
public sealed class UnsupportedSearchException(string key, string value, string problem, string accepted) : Exception(problem)
{
    /// <summary>Field of the header.</summary>
    public string Key { get; } = key;

    /// <summary>Its value.</summary>
    public string Value { get; } = value;

    /// <summary>What would do.</summary>
    public string Accepted { get; } = accepted;
}
