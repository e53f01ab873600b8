using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Clustering;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Cli.Scaling;
using VIommuActors.Cluster.Hosting;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Orchestration;
using VIommuActors.Cluster.Runs;
using VIommuActors.Experiments.Running;
using VIommuActors.Scenarios;
using VIommuActors.Scenarios.Model;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cli.Verbs.Cluster;

/// <summary><c>viommu cluster run</c>: many machines on many nodes, with a plan of what goes wrong.</summary>
internal sealed class ClusterRunVerb : Verb
{
    private const string PlanFile = "plan.json", ResultFile = "cluster-run.json", Traces = "traces", Drawn = "draw";

    private static readonly TimeSpan JoinsWithin = TimeSpan.FromSeconds(60);

    private readonly ScenarioInput _input = new();
    private readonly Argument<string> _scenario = new("SCENARIO") { Description = "A name from `viommu scenario list` or a path" };
    private readonly Option<string?> _protocol = new("--protocol") { Description = "Instead of the scenario's own", HelpName = "P" };
    private readonly Option<int> _machines = new("--machines")
    {
        Description = "How many machines; default: the scenario's guests",
        HelpName = "N",
    };
    private readonly Option<int> _spawn = new("--spawn")
    {
        Description = "Start that many nodes on this host: hypervisor and device-model in turn",
        HelpName = "N",
    };
    private readonly Option<string[]> _nodes = new("--nodes")
    {
        Description = "Join the cluster of this node, host:port, instead; may be given again",
        HelpName = "NODE",
    };
    private readonly Option<string?> _duration = new("--duration")
    {
        Description = "End guests after that time with the round they are in, such as 90s or 10m; default: after all rounds",
        HelpName = "TIME",
    };
    private readonly Option<string?> _plan = new("--plan")
    {
        Description = "What goes wrong with spawned nodes: a file, or `draw` to draw one from the seed",
        HelpName = "FILE",
    };
    private readonly Option<int?> _loss = new("--loss") { Description = "Frames between halves lost on purpose, of 1000", HelpName = "N" };
    private readonly Option<int?> _duplicates = new("--duplicates")
    {
        Description = "Frames between halves sent twice on purpose, of 1000",
        HelpName = "N",
    };
    private readonly Option<string> _address = new("--host")
    {
        Description = "With --nodes: address of this node, under which the others reach it",
        HelpName = "H",
        DefaultValueFactory = _ => "127.0.0.1",
    };
    private readonly Option<bool> _remote = new("--allow-remote") { Description = "Allow an address that other hosts can reach" };
    private readonly TlsCertificate _certificate = new();
    private readonly Option<bool> _trace = new("--trace")
    {
        Description = "Each half of each machine writes its trace; see viommu cluster timeline. Costs parallelism",
    };
    private readonly Option<string?> _out = new("--out")
    {
        Description = "Folder for the artefacts; default: runs/SCENARIO/UTC-SEED-PROTOCOL",
        HelpName = "DIR",
    };

    /// <summary>Declares it.</summary>
    public ClusterRunVerb(ToolHost host)
        : base(host, "run", "Run many machines, each on two nodes: its hypervisor on one, its device model on another")
    {
        Add(_scenario);
        Option[] options =
        [
            _protocol, _machines, _spawn, _nodes, _address, _remote, _certificate.Option, _duration, _plan, _loss, _duplicates, _trace,
            _input.Seed, _out, _input.Set,
        ];
        foreach (var option in options) Add(option);
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu cluster run cluster-drain --spawn 2 --machines 20",
        "viommu cluster run cluster-drain --spawn 3 --machines 300 --duration 120s --plan draw --loss 10 --duplicates 10 --seed 7",
        "viommu cluster run stale-dma-queued --protocol translate --spawn 2 --machines 10 --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var (loaded, job) = Plan(parse);
        var seeds = parse.GetValue(_nodes) ?? [];
        var folder = parse.GetValue(_out) is { } path
            ? RunFolder.At(path)
            : RunFolder.New(
                RunFolder.RootOf(session.Host.Console.Variable(VerbHelp.RunsVariable)), loaded.Scenario.Name, job.Order.Definition.Seed,
                job.Order.Definition.Protocol, session.Host.Clock.GetUtcNow());
        // Plan and scenario come first: they hold the seed, whatever happens to the run.
        AtomicFile.WriteText(folder.File("scenario.conf"), ScenarioPrinter.Print(loaded));
        if (job.Plan is { } plan) AtomicFile.WriteText(folder.File(PlanFile), plan.Text());
        if (job.Order.Definition.Trace && job.Spawn.Length > 0) job = job with { Options = ["--trace-folder", folder.File(Traces)] };
        try
        {
            var settings = new NodeSettings
            {
                Role = NodeRole.Coordinator,
                Seeds = [.. seeds],
                Host = parse.GetValue(_address)!,
                AllowRemote = parse.GetValue(_remote),
                Certificate = _certificate.Load(parse, session.Host.Console),
                FaultInjection = job.Spawn.Length > 0,
            };
            using var certificate = settings.Certificate;
            var result = RunAsync(session, settings, job).GetAwaiter().GetResult();
            return Show(session, loaded.Scenario, job, result, folder);
        }
        catch (NodeSettingsException refused)
        {
            throw ToolException.Usage(refused.Key, refused.Value, refused.Reason, refused.Accepted);
        }
        catch (IOException notStarted)
        {
            throw ToolException.Environment("viommu cluster run", notStarted.Message);
        }
    }

    private static async Task<ClusterJobResult> RunAsync(ToolSession session, NodeSettings settings, ClusterJob job)
    {
        await using var host = await NodeHost.StartAsync(settings, session.Log, session.Cancel);
        var first = await Task.WhenAny(host.WhenReady, host.WhenEnded, Task.Delay(JoinsWithin, session.Cancel));
        if (first != host.WhenReady && !session.Cancel.IsCancellationRequested)
            throw new IOException($"no cluster was joined; seeds: {string.Join(", ", settings.Seeds)}");
        var total = (long)(job.Order.Duration?.TotalSeconds ?? job.Order.Definition.Vms);
        IProgressView progress = session.Progress();
        return progress.During(
            job.Order.Duration is null ? "cluster run: machines" : "cluster run: seconds",
            total,
            done => ClusterDirector.Run(
                host.Node, job, session.Host.Clock,
                (run, passed) => done(job.Order.Duration is null
                    ? run.Count() is var count ? count.Ended + count.Lost : 0
                    : Math.Min(total, (long)passed.TotalSeconds)),
                session.Cancel, host.WhenEnded).GetAwaiter().GetResult());
    }

    private (LoadedScenario Loaded, ClusterJob Job) Plan(ParseResult parse)
    {
        var seed = _input.SeedOf(parse);
        var named = parse.GetValue(_protocol) is { } name ? ScenarioInput.ProtocolOf(name) : null;
        var loaded = _input.Load(parse.GetValue(_scenario)!, parse);
        var scenario = loaded.Scenario;
        var protocol = named ?? scenario.Protocol;
        if (scenario.Workload.Kind == WorkloadKind.Trace)
        {
            throw ToolException.Usage(
                "SCENARIO", scenario.Name, "a recording is of one guest on one host",
                "workload.kind map-dma-unmap, storm or attach-detach");
        }
        if (ScenarioRunner.WhyNot(scenario, protocol) is { } problem)
            throw ToolException.Usage("--protocol", protocol, problem.Message, $"--set {problem.Key}={problem.Accepted}");
        var machines = parse.GetResult(_machines) is null
            ? scenario.Topology.Guests
            : InRange("--machines", parse.GetValue(_machines), 1, 100_000);
        var roles = Roles(parse);
        var duration = parse.GetValue(_duration) is { } text ? DurationOf(text) : (TimeSpan?)null;
        var loss = InRange("--loss", parse.GetValue(_loss) ?? 0, 0, 500);
        var duplicates = InRange("--duplicates", parse.GetValue(_duplicates) ?? 0, 0, 500);
        var plan = PlanOf(parse, seed, roles, duration, loss, duplicates);
        var definition = new DefineRun(
            string.Create(CultureInfo.InvariantCulture, $"run-{Environment.ProcessId}-{seed:x}-{DateTime.UtcNow.Ticks:x}"), scenario.Name,
            ScenarioPrinter.Print(loaded), [], protocol, seed, machines, Oracle: true, Trace: parse.GetValue(_trace),
            plan?.LossPerMille ?? loss, plan?.DuplicatePerMille ?? duplicates);
        var order = new RunOrder(
            definition, Math.Max(1, roles.Count(role => role == NodeRole.Hypervisor)),
            Math.Max(1, roles.Count(role => role == NodeRole.DeviceModel)), duration);
        return (loaded, new ClusterJob(order, roles, OwnCommand(), [], plan));
    }

    private ImmutableArray<string> Roles(ParseResult parse)
    {
        var joins = parse.GetValue(_nodes) is { Length: > 0 };
        var spawns = parse.GetResult(_spawn) is not null;
        if (joins == spawns)
            throw ToolException.Usage(
                "--spawn", "", joins ? "nodes are either started or joined" : "which nodes?", "--spawn N, or --nodes host:port");
        if (!spawns) return [];
        var count = InRange("--spawn", parse.GetValue(_spawn), 2, 32);
        return [.. Enumerable.Range(0, count).Select(index => index % 2 == 0 ? NodeRole.Hypervisor : NodeRole.DeviceModel)];
    }

    private FaultPlan? PlanOf(ParseResult parse, ulong seed, ImmutableArray<string> roles, TimeSpan? duration, int loss, int duplicates)
    {
        if (parse.GetValue(_plan) is not { } file) return null;
        if (roles.IsEmpty) throw ToolException.Usage("--plan", file, "only nodes that are started here can be struck", "--spawn N");
        if (file == Drawn)
        {
            if (duration is not { } time) throw ToolException.Usage("--plan", file, "a plan is drawn for a time", "--duration TIME");
            return FaultPlan.Draw(seed, (long)time.TotalMilliseconds, roles, loss, duplicates);
        }
        var plan = PlanInput.Read("--plan", file);
        return plan.Roles.SequenceEqual(roles)
            ? plan
            : throw ToolException.Usage(
                "--plan", file, $"it is for nodes {string.Join(", ", plan.Roles)}", $"--spawn {plan.Roles.Length}, if dealt so");
    }

    /// <summary>As everywhere in the tool, but not below a second: nodes report once in that time.</summary>
    private static TimeSpan DurationOf(string text) => WindowLength.Parse(text) is var length && length >= TimeSpan.FromSeconds(1)
        ? length
        : throw ToolException.Usage("--duration", text, "too short", "1s to 24h");

    private static int InRange(string option, int value, int least, int most) => value >= least && value <= most
        ? value
        : throw ToolException.Usage(
            option, value.ToString(CultureInfo.InvariantCulture), "out of range",
            string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"));

    /// <summary>This very tool: its own process is either the program, or the runtime with its library.</summary>
    private static NodeCommand OwnCommand()
    {
        var program = Environment.ProcessPath ?? "dotnet";
        var library = typeof(ClusterRunVerb).Assembly.Location;
        return Path.GetFileNameWithoutExtension(program) == "dotnet" || !program.Contains("viommu", StringComparison.Ordinal)
            ? new NodeCommand("dotnet", [library, "node"])
            : new NodeCommand(program, ["node"]);
    }

    private static ExitCode Show(ToolSession session, Scenario scenario, ClusterJob job, ClusterJobResult result, RunFolder folder)
    {
        var json = JsonDocuments.Text(ClusterRunJson.Schema, writer => ClusterRunJson.Write(writer, scenario, job, result));
        AtomicFile.WriteText(folder.File(ResultFile), json);
        if (session.IsJson) session.Out.Write(json);
        else if (session.IsQuiet) ClusterRunView.Verdict(session.Renderer, scenario, result);
        else
        {
            ClusterRunView.Text(session.Renderer, scenario, job, result);
            session.Renderer.Line($"artefacts: {folder.Path}");
        }
        if (job.Options.Length > 0 && result.Report.FirstBroken is { } broken)
        {
            var chart = ViolationChart.Write(folder.File(Traces), job.Order.Definition.Run, broken, folder);
            if (session is { IsJson: false, IsQuiet: false }) session.Renderer.Line(chart);
        }
        if (result.WasInterrupted) return ExitCode.Interrupted;
        if (result.Report.Run.Problems.Length > 0) return ExitCode.Usage;
        var code = ExitCodes.Of(Expectations.Judge(scenario, result.Report.Figures));
        // Also where a violation is what was expected.
        return code == ExitCode.AsExpected && result.Report.Unexplained > 0 ? ExitCode.NotLive : code;
    }
}
