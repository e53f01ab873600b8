using System.Collections.Immutable;
using VIommuActors.Blueprints.Figures;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Experiments.Figures;
using VIommuActors.Experiments.Running;
using VIommuActors.Oracle;
using VIommuActors.Scenarios.Model;
using static VIommuActors.Cli.Rendering.Numbers;

namespace VIommuActors.Cli.Comparing;

/// <summary>A comparison for people: what held, what it cost, and in one sentence what broke.</summary>
internal static class ComparisonView
{
    private static readonly ImmutableArray<Property> InOwnColumn = [Property.StaleWrite, Property.StaleRead];

    /// <summary>Title and both tables, and below them which protocols left vCPUs without an end.</summary>
    public static void Tables(IRenderer renderer, Comparison comparison)
    {
        renderer.Line();
        renderer.Line(Title(comparison.Scenario));
        renderer.Table(Safety(comparison));
        renderer.Line();
        renderer.Table(Cost(comparison));
        foreach (var tally in comparison.Tallies)
        {
            if (Tally.Halted(tally.Figures) is { } halted)
            {
                renderer.Line($"{tally.Figures.Protocol}: {halted}");
            }
        }
    }

    /// <summary>What the verdicts are, against what the scenario states. One line for each comparison.</summary>
    public static void Verdict(IRenderer renderer, Comparison comparison)
    {
        var verdicts = comparison.Tallies.GroupBy(tally => tally.Figures.Verdict)
            .Select(group => $"{string.Join(", ", group.Select(tally => tally.Figures.Protocol))} {FiguresJson.NameOf(group.Key)}");
        var isExpected = comparison.Outcome == Outcome.AsExpected;
        renderer.Line(
            $"{comparison.Scenario.Name}: {string.Join("; ", verdicts)}{(isExpected ? " (as expected)" : "")}",
            isExpected ? Tone.Good : Tone.Bad);
        foreach (var tally in comparison.Tallies.Where(tally => tally.Outcome != Outcome.AsExpected))
        {
            var what = tally.Outcome == Outcome.GoalNotReached ? "INCONCLUSIVE" : "UNEXPECTED";
            renderer.Line(
                $"{what}: {tally.Figures.Protocol} {FiguresJson.NameOf(tally.Figures.Verdict)}, {WhyUnexpected(tally)}", Tone.Bad);
        }
    }

    /// <summary>One sentence on what broke, and last the command that shows it again.</summary>
    public static void Finding(IRenderer renderer, Comparison comparison, Finding finding, string? command = null)
    {
        renderer.Line();
        renderer.Line($"{finding.Protocol}, seed {Seed.Hex(finding.Seed)}: {finding.What}");
        renderer.Line(command ?? CommandText.Run(comparison.Asked, comparison.Sets, finding.Protocol, finding.Seed));
    }

    private static string Title(Scenario scenario)
    {
        var how = scenario.Invalidation == InvalidationInterface.Register ? "register-based invalidation" : "queued invalidation";
        return $"{scenario.Name} ({how})";
    }

    private static string WhyUnexpected(Tally tally) => tally.Outcome switch
    {
        Outcome.GoalNotReached when tally.IsInterrupted => $"but interrupted after {Count(tally.Figures.Runs)} runs",
        Outcome.GoalNotReached when tally.RunsCutOff > 0 =>
            $"but a limit of the scenario cut off {Count(tally.RunsCutOff)} of {Count(tally.Figures.Runs)} runs",
        Outcome.GoalNotReached when tally.Figures is { Verdict: Scenarios.Model.Verdict.Held, Replay.FindingCount: > 0 } =>
            "but the replay left its recording",
        _ when tally.Expected is { } expected => $"expected {FiguresJson.NameOf(expected)}",
        _ => "expected nothing of the kind",
    };

    // Open and abandoned requests are rare: they have columns when there are any, so that the counts add up to those issued.
    private static TextTable Safety(Comparison comparison)
    {
        var hasOpen = comparison.Tallies.Any(tally => tally.Figures.DmasOpen > 0);
        var hasAbandoned = comparison.Tallies.Any(tally => tally.Figures.DmasAbandoned > 0);
        return new(
            [
                new("protocol", IsNumber: false), new("verdict", IsNumber: false), new("stale-\nwrite"), new("stale-\nread"), new("other"),
                new("violated\nruns"), new("DMAs\ndone"), new("faulted"), .. If(hasOpen, new Column("open")),
                .. If(hasAbandoned, new Column("aban-\ndoned")), new("issued"), new("invali-\ndations"),
            ],
            [
                .. comparison.Tallies.Select(tally => SafetyRow(tally, hasOpen, hasAbandoned)),
                .. comparison.Unable.Select(protocol => Unable(comparison, protocol)),
            ]);
    }

    private static ImmutableArray<T> If<T>(bool isWanted, T one) => isWanted ? [one] : [];

    private static ImmutableArray<Cell> SafetyRow(Tally tally, bool hasOpen, bool hasAbandoned)
    {
        var figures = tally.Figures;
        var tone = tally.Outcome != Outcome.AsExpected || figures.Verdict != Scenarios.Model.Verdict.Held ? Tone.Bad : Tone.Good;
        var other = Properties.All.Where(property => !InOwnColumn.Contains(property)).Sum(property => figures[property]);
        return
        [
            figures.Protocol, new(FiguresJson.NameOf(figures.Verdict), tone), Count(figures[Property.StaleWrite]),
            Count(figures[Property.StaleRead]), Count(other), $"{Count(tally.RunsViolated)}/{Count(figures.Runs)}",
            Count(figures.DmasDone), Count(figures.DmasFaulted), .. If<Cell>(hasOpen, Count(figures.DmasOpen)),
            .. If<Cell>(hasAbandoned, Count(figures.DmasAbandoned)), Count(figures.Dmas), Count(figures.Invalidations),
        ];
    }

    private static ImmutableArray<Cell> Unable(Comparison comparison, string protocol)
    {
        var problem = ScenarioRunner.WhyNot(comparison.Scenario, protocol)!;
        var why = problem.Key == "invalidation" ? $"{problem.Accepted} only" : $"not with {problem.Value}";
        return [protocol, new($"n/a ({why})", Tone.Dim)];
    }

    private static TextTable Cost(Comparison comparison) => new(
        [
            new("protocol", IsNumber: false), new("invalidation\np50"), new("p99"), new("max"), new("DMA\np50"), new("p99"), new("max"),
            new("msgs\n/inv"), new("hypercalls\n/inv"), new("/DMA"), new("copied\nB/DMA"),
        ],
        [.. comparison.Tallies.Select(CostRow)]);

    private static ImmutableArray<Cell> CostRow(Tally tally)
    {
        var figures = tally.Figures;
        Cell Percentile(HdrHistogram.LongHistogram histogram, double percent) =>
            histogram.TotalCount == 0 ? "-" : Time(RunFigures.Percentile(histogram, percent));
        return
        [
            figures.Protocol,
            Percentile(figures.InvalidationNs, 50), Percentile(figures.InvalidationNs, 99), Percentile(figures.InvalidationNs, 100),
            Percentile(figures.DmaNs, 50), Percentile(figures.DmaNs, 99), Percentile(figures.DmaNs, 100),
            Average(figures.MessagesPerInvalidation), Average(figures.HypercallsPerInvalidation), Average(figures.HypercallsPerDma),
            Average(figures.BytesCopiedPerDma),
        ];
    }
}
