using System.Collections.Immutable;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Experiments.Exploring;

namespace VIommuActors.Cli.Exploring;

/// <summary>What is searched, and how far.</summary>
/// <param name="Setup">What a schedule's choices mean.</param>
/// <param name="Asked">The scenario as the user named it.</param>
/// <param name="Sets">Overrides.</param>
/// <param name="Strategy">Name of the strategy.</param>
/// <param name="BudgetText">As the user wrote it.</param>
/// <param name="All">Go on after a violation.</param>
/// <param name="Workers">Threads.</param>
internal sealed record SearchPlan(
    SearchSetup Setup, string Asked, ImmutableArray<string> Sets, string Strategy, string BudgetText, bool All, int Workers)
{
    /// <summary>Name of the scenario.</summary>
    public string Scenario => Setup.Loaded.Scenario.Name;

    /// <summary>The command that does it again.</summary>
    public string Repro => string.Join(' ',
        [
            "viommu explore", ShellWord.Quote(Asked), "--protocol", Setup.Protocol, "--strategy", Strategy,
            "--budget", BudgetText, "--seed", Seed.Hex(Setup.Seed),
            .. Given("--mutant", Setup.Mutant?.Name),
            .. Given("--faults", Setup.Faults.Budget > 0 ? Numbers.Plain(Setup.Faults.Budget) : null),
            .. Given("--fault-kinds", Setup.Faults.KindsText),
            .. Given("--faults-on", Setup.Faults.OnText),
            .. Given("--workers", Workers > 1 ? Numbers.Plain(Workers) : null),
            .. All ? ["--all"] : Array.Empty<string>(),
            .. Sets.Select(set => "--set " + ShellWord.Quote(set)),
        ]);

    private static IEnumerable<string> Given(string option, string? value) =>
        value is null ? [] : [option, ShellWord.Quote(value)];
}
