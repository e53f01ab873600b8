using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Comparing;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Experiments.Running;
using VIommuActors.Protocols;

namespace VIommuActors.Cli.Verbs;

/// <summary><c>viommu compare</c>: every protocol on the same scenario and the same seeds.</summary>
internal sealed class CompareVerb : Verb
{
    private const string DefaultScenario = "stale-dma", DefaultQueued = "stale-dma-queued";
    private const long MostRuns = 1_000_000;

    private readonly ScenarioInput _input = new();
    private readonly Argument<string?> _scenario = new("SCENARIO")
    {
        Description = "A name from `viommu scenario list` or a path; default: stale-dma and stale-dma-queued",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string> _runs = new("--runs")
    {
        Description = "Runs of each protocol, with the seeds SEED, SEED+1, …",
        HelpName = "N",
        DefaultValueFactory = _ => "100",
    };
    private readonly Option<string[]> _protocols = new("--protocol")
    {
        Description = "Only this protocol; repeatable",
        HelpName = "P",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
    };

    /// <summary>Declares it.</summary>
    public CompareVerb(ToolHost host)
        : base(host, "compare", "Run every protocol on the same seeds and print verdicts, latencies and costs")
    {
        Add(_scenario);
        Add(_input.Seed);
        Add(_runs);
        Add(_input.Set);
        Add(_protocols);
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu compare",
        "viommu compare storm --seed 0x2a --runs 20 --protocol drain --protocol ats",
        "viommu compare stale-dma-queued --set timing-ns.hypercall=400 --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var seed = _input.SeedOf(parse);
        var runs = RunsOf(parse.GetValue(_runs)!);
        string[] scenarios = parse.GetValue(_scenario) is { } one ? [one] : [DefaultScenario, DefaultQueued];
        var comparisons = Plan(parse, scenarios, seed, runs);
        var interrupted = !Execute(session, comparisons);
        if (interrupted)
        {
            // Of a protocol that had no turn nothing can be said, least of all that it held.
            comparisons =
            [
                .. comparisons.Select(comparison =>
                    comparison with { Tallies = [.. comparison.Tallies.Where(tally => tally.Figures.Runs > 0)] }),
            ];
        }

        if (session.IsJson)
        {
            JsonDocuments.Write(session.Out, ComparisonJson.Schema,
                // The one that every protocol can run leads; people read the simpler one first.
                writer => ComparisonJson.Write(
                    writer, comparisons[^1], comparisons.Length > 1 ? comparisons[0] : null, interrupted));
        }
        else
        {
            Show(session, comparisons, Header(seed, runs));
        }
        if (interrupted)
        {
            session.Host.Console.Error.WriteLine("interrupted: the figures are those of the runs that had ended");
            return ExitCode.Interrupted;
        }
        return ExitCodes.Of(Expectations.Worst(comparisons.Select(comparison => comparison.Outcome)));
    }

    private ImmutableArray<Comparison> Plan(ParseResult parse, string[] scenarios, ulong seed, long runs)
    {
        var wanted = (parse.GetValue(_protocols) ?? []).Select(ScenarioInput.ProtocolOf).ToHashSet(StringComparer.Ordinal);
        var comparisons = scenarios.Select(asked =>
        {
            var scenario = _input.Load(asked, parse).Scenario;
            var able = ScenarioRunner.ProtocolsFor(scenario);
            var all = ProtocolCatalog.All.Select(protocol => protocol.Name)
                .Where(name => wanted.Count == 0 || wanted.Contains(name)).ToArray();
            return new Comparison(scenario, asked, _input.SetsOf(parse), seed, runs,
                [.. all.Where(able.Contains).Select(name => new Tally(scenario, name))], [.. all.Where(name => !able.Contains(name))]);
        }).ToImmutableArray();
        if (comparisons.Any(comparison => !comparison.Tallies.IsEmpty))
        {
            return comparisons;
        }
        var first = comparisons[0];
        var problem = ScenarioRunner.WhyNot(first.Scenario, first.Unable[0])!;
        throw ToolException.Usage(
            "--protocol", string.Join(", ", wanted), problem.Message,
            $"--set {problem.Key}={problem.Accepted}, or " + string.Join(", ", ScenarioRunner.ProtocolsFor(first.Scenario)));
    }

    // False when the user interrupted.
    private static bool Execute(ToolSession session, ImmutableArray<Comparison> comparisons)
    {
        var total = comparisons.Sum(comparison => comparison.Tallies.Length * comparison.Runs);
        return session.Progress().During("compare: runs", total, report =>
        {
            using var runner = session.Host.CreateRunner();
            var done = 0L;
            foreach (var comparison in comparisons)
            {
                foreach (var tally in comparison.Tallies)
                {
                    for (var run = 0L; run < comparison.Runs; run++)
                    {
                        var seed = Comparison.SeedOf(comparison.Seed, run);
                        var result = session.Cancel.IsCancellationRequested
                            ? null
                            : runner.Run(new RunRequest(comparison.Scenario, tally.Figures.Protocol, seed), session.Cancel);
                        if (result is null or { Ending: RunEnding.Cancelled })
                        {
                            tally.Interrupt();
                            return false;
                        }
                        tally.Add(seed, result);
                        session.Log.Debug("{Scenario} {Protocol} {Seed}: {Verdict} after {Steps} steps",
                            comparison.Scenario.Name, tally.Figures.Protocol, Seed.Hex(seed),
                            FiguresJson.NameOf(result.Figures.Verdict), result.Steps);
                        report(++done);
                    }
                    session.Log.Information(
                        "{Scenario} {Protocol}: {Verdict}", comparison.Scenario.Name, tally.Figures.Protocol,
                        FiguresJson.NameOf(tally.Figures.Verdict));
                }
            }
            return true;
        });
    }

    private static void Show(ToolSession session, ImmutableArray<Comparison> comparisons, string header)
    {
        var renderer = session.Renderer;
        if (!session.IsQuiet)
        {
            renderer.Line(header);
        }
        foreach (var comparison in comparisons.Where(one => !one.Tallies.IsEmpty))
        {
            if (!session.IsQuiet)
            {
                ComparisonView.Tables(renderer, comparison);
                renderer.Line();
            }
            ComparisonView.Verdict(renderer, comparison);
        }
        var shown = comparisons.Where(comparison => comparison.Finding is not null)
            .OrderBy(comparison => comparison.Outcome == Outcome.AsExpected).FirstOrDefault();
        if (shown is not null && !session.IsQuiet)
        {
            ComparisonView.Finding(renderer, shown, shown.Finding!.Value);
        }
    }

    private static string Header(ulong seed, long runs)
    {
        var last = Comparison.SeedOf(seed, runs - 1);
        var seeds = runs == 1 ? $"seed {Seed.Hex(seed)}" : $"seed {Seed.Hex(seed)} to {Seed.Hex(last)}";
        return $"{seeds}: {Numbers.Count(runs)} {(runs == 1 ? "run" : "runs")} of each protocol; {Numbers.TimeLegend}";
    }

    private static long RunsOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var runs) && runs is >= 1 and <= MostRuns
            ? runs
            : throw ToolException.Usage("--runs", text, "not a number of runs", $"1 to {Numbers.Count(MostRuns)}");
}
