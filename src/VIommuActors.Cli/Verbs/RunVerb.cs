using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Cli.Comparing;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Experiments.Running;
using VIommuActors.Scenarios;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cli.Verbs;

/// <summary><c>viommu run</c>: one run, with its artefacts.</summary>
internal sealed class RunVerb : Verb
{
    private const string VirtualClock = "virtual", RealClock = "real", Clocks = VirtualClock + ", " + RealClock;
    private const string ManifestFile = "manifest.json", TraceFile = "trace.jsonl", SecondTraceFile = "trace.second.jsonl";
    private const string PlanFile = "plan.json";

    private readonly ScenarioInput _input = new();
    private readonly Argument<string> _scenario = new("SCENARIO") { Description = "A name from `viommu scenario list` or a path" };
    private readonly Option<string?> _protocol = new("--protocol") { Description = "Instead of the scenario's own", HelpName = "P" };
    private readonly Option<string> _clock = new("--clock")
    {
        Description = "virtual: time moves only when nobody can run, and a seed is a run. real: all cores and the host's clock, no trace; "
            + "races are rarer, so a scenario that expects a violation may well hold (code 4)",
        HelpName = VirtualClock + "|" + RealClock,
        DefaultValueFactory = _ => VirtualClock,
    };
    private readonly Option<string?> _out = new("--out")
    {
        Description = "Folder for the artefacts; default: runs/SCENARIO/UTC-SEED-PROTOCOL",
        HelpName = "DIR",
    };
    private readonly PlanInput _plan = new();
    private readonly Option<bool> _noTrace = new("--no-trace") { Description = "Write no trace" };
    private readonly Option<bool> _checkDeterminism = new("--check-determinism") { Description = "Run twice and compare the traces" };

    /// <summary>Declares it.</summary>
    public RunVerb(ToolHost host)
        : base(host, "run", "Run a scenario once; print verdict and figures, write the artefacts")
    {
        Add(_scenario);
        Add(_protocol);
        Add(_input.Seed);
        Add(_clock);
        Add(_out);
        Add(_plan.Option);
        Add(_noTrace);
        Add(_checkDeterminism);
        Add(_input.Set);
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu run stale-dma",
        "viommu run stale-dma --protocol translate --seed 0x7 --out /tmp/race",
        "viommu run cluster-drain --set topology.guests=4 --plan plan.json",
        "viommu run quiet --check-determinism --no-trace --json",
        "viommu run many-guests --clock real",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var (comparison, manifest) = Plan(parse, session);
        var plan = _plan.Load(parse);
        if (plan is not null && manifest.IsReal)
        {
            throw ToolException.Usage(
                "--plan", parse.GetValue(_plan.Option)!, "in real time nodes are struck by viommu cluster run", $"--clock {VirtualClock}");
        }
        if (plan is not null) manifest = manifest with { PlanFile = parse.GetValue(_plan.Option) };
        // The manifest comes first: it holds the seed, whatever happens to the run.
        var folder = FolderFor(parse, session, manifest);
        AtomicFile.WriteText(folder.File(ManifestFile), manifest.Text((ManifestEnd?)null));
        if (plan is not null) AtomicFile.WriteText(folder.File(PlanFile), plan.Text());
        var request = new RunRequest(comparison.Scenario, manifest.Protocol, manifest.Seed, Plan: plan);
        var noTrace = parse.GetValue(_noTrace) || manifest.IsReal;
        var outcome = Execute(session, comparison, manifest, request, folder, noTrace, parse.GetValue(_checkDeterminism));
        Keep(folder, outcome);
        Show(session, outcome, folder);
        if (outcome.Code == ExitCode.Interrupted)
        {
            session.Host.Console.Error.WriteLine($"interrupted; to run it again: {manifest.Repro}");
        }
        return outcome.Code;
    }

    private (Comparison Comparison, Manifest Manifest) Plan(ParseResult parse, ToolSession session)
    {
        var clock = parse.GetValue(_clock)!;
        if (clock is not (VirtualClock or RealClock))
        {
            throw ToolException.Usage("--clock", clock, "there is no such clock", Clocks);
        }
        var isReal = clock == RealClock;
        if (isReal && parse.GetValue(_checkDeterminism))
        {
            throw ToolException.Usage("--check-determinism", "", "in real time no two runs are alike", $"--clock {VirtualClock}");
        }
        var seed = _input.SeedOf(parse);
        var named = parse.GetValue(_protocol) is { } name ? ScenarioInput.ProtocolOf(name) : null;
        var asked = parse.GetValue(_scenario)!;
        var loaded = _input.Load(asked, parse);
        if (isReal && loaded.Scenario.Workload.Kind == WorkloadKind.Trace)
        {
            throw ToolException.Usage("--clock", clock, "a recording is replayed in virtual time", VirtualClock);
        }
        var protocol = named ?? loaded.Scenario.Protocol;
        if (ScenarioRunner.WhyNot(loaded.Scenario, protocol) is { } problem)
        {
            throw ToolException.Usage("--protocol", protocol, problem.Message,
                $"--set {problem.Key}={problem.Accepted}, or " + string.Join(", ", ScenarioRunner.ProtocolsFor(loaded.Scenario)));
        }
        var sets = _input.SetsOf(parse);
        return (
            new Comparison(loaded.Scenario, asked, sets, seed, 1, [new Tally(loaded.Scenario, protocol)], []),
            new Manifest(loaded, asked, sets, protocol, seed, session.Host.Clock.GetUtcNow())
            {
                IsReal = isReal,
                Command = isReal ? $"{CommandText.Run(asked, sets, protocol, seed)} --clock {RealClock}" : null,
            });
    }

    private RunFolder FolderFor(ParseResult parse, ToolSession session, Manifest manifest)
    {
        var root = RunFolder.RootOf(session.Host.Console.Variable(VerbHelp.RunsVariable));
        return parse.GetValue(_out) is { } path
            ? RunFolder.At(path)
            : RunFolder.New(root, manifest.Loaded.Scenario.Name, manifest.Seed, manifest.Protocol, manifest.Started);
    }

    private static RunOutcome Execute(
        ToolSession session, Comparison comparison, Manifest manifest, RunRequest request, RunFolder folder, bool noTrace,
        bool checkDeterminism)
    {
        using var runner = manifest.IsReal ? new RealRunner() : session.Host.CreateRunner();
        RunResult result;
        TracedRun? traced = null;
        if (noTrace && !checkDeterminism)
        {
            result = runner.Run(request, session.Cancel);
        }
        else
        {
            traced = Trace(session, runner, request, folder.File(TraceFile));
            result = traced.Result;
        }
        comparison.Tallies[0].Add(manifest.Seed, result);
        var repetition = checkDeterminism && result.Ending != RunEnding.Cancelled
            ? Repeat(session, runner, request, folder, traced!)
            : null;
        if (noTrace && repetition is null or { IsSame: true })
        {
            File.Delete(folder.File(TraceFile));
            traced = null;
        }
        return new(comparison, manifest, result, traced is null ? null : folder.File(TraceFile), traced?.Sha256, repetition);
    }

    private static TracedRun Trace(ToolSession session, IRunner runner, RunRequest request, string path)
    {
        // How many steps a run takes is not known before its end: the count alone is shown.
        IProgressView progress = session.IsQuiet ? new NoProgress() : new PlainProgress(session.Host.Console.Error, session.Host.Clock);
        return progress.During("run: steps", 0, steps => TracedRun.Execute(runner, request, path, steps, session.Cancel));
    }

    private static Repetition? Repeat(ToolSession session, IRunner runner, RunRequest request, RunFolder folder, TracedRun first)
    {
        var path = folder.File(SecondTraceFile);
        var second = Trace(session, runner, request, path);
        var isSame = second.Sha256 == first.Sha256;
        var difference = isSame ? null : TracedRun.FirstDifference(folder.File(TraceFile), path);
        if (isSame || second.Result.Ending == RunEnding.Cancelled)
        {
            File.Delete(path);
        }
        return !isSame && second.Result.Ending == RunEnding.Cancelled ? null : new(difference);
    }

    private static void Keep(RunFolder folder, RunOutcome outcome)
    {
        using var summary = new StringWriter { NewLine = "\n" };
        var renderer = new PlainRenderer(summary);
        renderer.Line(RunView.Header(outcome.Manifest));
        RunView.Text(renderer, outcome, folder: null);
        AtomicFile.WriteText(folder.File("scenario.conf"), ScenarioPrinter.Print(outcome.Manifest.Loaded));
        AtomicFile.WriteText(folder.File("summary.txt"), summary.ToString());
        AtomicFile.WriteText(folder.File("summary.json"), RunView.Json(outcome));
        AtomicFile.WriteText(folder.File(ManifestFile), outcome.Manifest.Text(outcome));
    }

    private static void Show(ToolSession session, RunOutcome outcome, RunFolder folder)
    {
        if (session.IsJson)
        {
            session.Out.Write(RunView.Json(outcome));
        }
        else if (session.IsQuiet)
        {
            RunView.Verdict(session.Renderer, outcome);
        }
        else
        {
            session.Renderer.Line(RunView.Header(outcome.Manifest));
            RunView.Text(session.Renderer, outcome, folder.Path);
        }
    }
}
