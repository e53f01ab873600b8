using System.Collections.Immutable;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Running;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cli.Comparing;

/// <summary>Several protocols on the same scenario and the same seeds.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Asked">The scenario as the user named it: a name or a path.</param>
/// <param name="Sets">Overrides, as the user gave them.</param>
/// <param name="Seed">Seed of the first run; the next run has the next number.</param>
/// <param name="Runs">Runs asked for, of each protocol.</param>
/// <param name="Tallies">What was run, in the order of the catalogue.</param>
/// <param name="Unable">Protocols that cannot run this scenario, in the same order.</param>
internal sealed record Comparison(
    Scenario Scenario, string Asked, ImmutableArray<string> Sets, ulong Seed, long Runs, ImmutableArray<Tally> Tallies,
    ImmutableArray<string> Unable)
{
    /// <summary>The worst outcome.</summary>
    public Outcome Outcome => Expectations.Worst(Tallies.Select(tally => tally.Outcome));

    /// <summary>The violation to show: one that nobody expected if there is any, else the first.</summary>
    public Finding? Finding => Tallies.Where(tally => tally.First is not null).OrderBy(tally => tally.Outcome == Outcome.AsExpected)
        .FirstOrDefault()?.First;

    /// <summary>Seed of the run with this number, from 0; past the largest seed they go on from 0.</summary>
    public static ulong SeedOf(ulong first, long run) => unchecked(first + (ulong)run);
}
