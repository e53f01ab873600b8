using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Cli.Scaling;
using VIommuActors.Experiments.Exploring;
using VIommuActors.RealTime.Scaling;
using VIommuActors.Experiments.Running;
using VIommuActors.Scenarios;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cli.Verbs;

/// <summary><c>viommu scale</c>: many guests at once, in real time.</summary>
internal sealed class ScaleVerb : Verb
{
    private const string DefaultScenario = "scale";
    private const int MostVcpus = 64, MostDevices = 240, MostInSchema = 10_000;

    private readonly ScenarioInput _input = new();
    private readonly Argument<string> _scenario = new("SCENARIO")
    {
        Description = "A name from `viommu scenario list` or a path",
        DefaultValueFactory = _ => DefaultScenario,
    };
    private readonly Option<string?> _guests = new("--guests") { Description = "Guests at once, 1 to 100000", HelpName = "N" };
    private readonly Option<string?> _vcpus = new("--vcpus") { Description = "vCPUs of each guest", HelpName = "N" };
    private readonly Option<string?> _devices = new("--devices")
    {
        Description = "Devices of each guest, of the scenario's kind",
        HelpName = "N",
    };
    private readonly Option<string?> _protocol = new("--protocol") { Description = "Instead of the scenario's own", HelpName = "P" };
    private readonly Option<string?> _duration = new("--duration")
    {
        Description = "Measure for so long, such as 10s, 500ms or 2m; guests then go on until it is over. Default: until each has done"
            + " workload.rounds",
        HelpName = "TIME",
    };
    private readonly Option<bool> _noOracle = new("--no-oracle") { Description = "Count, but judge nothing: what the judge costs" };
    private readonly Option<string?> _out = new("--out")
    {
        Description = "Folder for the artefacts; default: runs/SCENARIO/UTC-SEED-PROTOCOL",
        HelpName = "DIR",
    };

    /// <summary>Declares it.</summary>
    public ScaleVerb(ToolHost host)
        : base(host, "scale", "Run many guests at once in real time; throughput, latency, memory. No two runs are alike")
    {
        Add(_scenario);
        Add(_guests);
        Add(_vcpus);
        Add(_devices);
        Add(_protocol);
        Add(_duration);
        Add(_noOracle);
        _input.Seed.Description =
            "Decimal, 0x hex, or a git hash; seeds what guests draw. The order of things is the host's: no two runs are alike";
        Add(_input.Seed);
        Add(_out);
        Add(_input.Set);
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu scale --guests 1000 --duration 10s",
        "viommu scale --guests 100 --vcpus 2 --devices 4 --protocol memcpy --duration 5s --no-oracle --json",
        "viommu scale stale-dma --guests 50 --protocol translate --duration 30s --out /tmp/races",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var plan = Plan(parse, session);
        MemoryEstimate.Require(plan.Request.Scenario, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        var folder = FolderFor(parse, session, plan.Manifest);
        ScaleArtefacts.Begin(folder, plan);
        if (!session.IsJson && !session.IsQuiet)
        {
            session.Renderer.Line(ScaleView.Header(plan));
        }
        var outcome = ScaleRunner.Run(session, plan);
        var error = session.Host.Console.Error;
        try
        {
            ScaleArtefacts.Keep(folder, outcome, problem => error.WriteLine($"viommu: {problem}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The run is over and cannot be had again: what it came to is shown all the same.
            error.WriteLine($"viommu: not all artefacts could be written: {e.Message}");
        }
        Show(session, outcome, folder);
        if (outcome.Code == ExitCode.Interrupted)
        {
            error.WriteLine($"interrupted; what there was is shown; to run it again: {plan.Manifest.Repro}");
        }
        return outcome.Code;
    }

    private static void Show(ToolSession session, ScaleOutcome outcome, RunFolder folder)
    {
        if (session.IsJson)
        {
            session.Out.Write(ScaleView.Json(outcome, folder.Path));
        }
        else if (session.IsQuiet)
        {
            ScaleView.Verdict(session.Renderer, outcome);
        }
        else
        {
            ScaleView.Text(session.Renderer, outcome, folder.Path);
        }
    }

    private ScalePlan Plan(ParseResult parse, ToolSession session)
    {
        var guests = Number(parse, _guests, ScaleRequest.MostGuests, "guests");
        var vcpus = Number(parse, _vcpus, MostVcpus, "vCPUs");
        var devices = Number(parse, _devices, MostDevices, "devices");
        TimeSpan? duration = parse.GetValue(_duration) is { } time ? WindowLength.Parse(time) : null;
        var seed = _input.SeedOf(parse);
        var named = parse.GetValue(_protocol) is { } name ? ScenarioInput.ProtocolOf(name) : null;
        var asked = parse.GetValue(_scenario)!;
        var loaded = Load(asked, parse, guests, vcpus, devices);
        if (loaded.Scenario.Workload.Kind == WorkloadKind.Trace)
        {
            throw ToolException.Usage(
                "SCENARIO", asked, "a recording is replayed in virtual time", "a scenario whose workload.kind is not trace");
        }
        var protocol = named ?? loaded.Scenario.Protocol;
        if (ScenarioRunner.WhyNot(loaded.Scenario, protocol) is { } problem)
        {
            throw ToolException.Usage("--protocol", protocol, problem.Message,
                $"--set {problem.Key}={problem.Accepted}, or " + string.Join(", ", ScenarioRunner.ProtocolsFor(loaded.Scenario)));
        }
        var manifest = new Manifest(loaded, asked, _input.SetsOf(parse), protocol, seed, session.Host.Clock.GetUtcNow())
        {
            Command = Command(parse, asked, protocol, seed),
        };
        var request = new ScaleRequest(loaded.Scenario, Compatibility.Require(loaded.Scenario, protocol), seed)
        {
            HasOracle = !parse.GetValue(_noOracle),
            IsEndless = duration is not null,
        };
        return new ScalePlan(request, duration, manifest);
    }

    private LoadedScenario Load(string asked, ParseResult parse, int? guests, int? vcpus, int? devices)
    {
        var sets = _input.SetsOf(parse).ToList();
        if (vcpus is { } cpus) sets.Add($"topology.vcpus={Text(cpus)}");
        // More than a scenario may state are put in afterwards: what bounds them there is what a simulation can take.
        if (guests is { } few and <= MostInSchema) sets.Add($"topology.guests={Text(few)}");
        var loaded = ScenarioInput.Load(asked, sets);
        if (devices is { } count)
        {
            if (loaded.Scenario.Topology.Devices is not [var group])
            {
                throw ToolException.Usage(
                    "--devices", Text(count), "the scenario has several groups of devices", "--set topology.devices=[ … ]");
            }
            var kind = group.Kind == DeviceKind.DmaEngine ? "dma-engine" : group.Kind == DeviceKind.Nic ? "nic" : "mapper";
            sets.Add(
                $"topology.devices=[ {{ kind = {kind}, count = {Text(count)}, in-flight = {Text(group.InFlight)},"
                + $" viommu = {Text(group.VIommu)} }} ]");
            loaded = ScenarioInput.Load(asked, sets);
        }
        if (guests is { } many and > MostInSchema)
        {
            var scenario = loaded.Scenario;
            loaded = loaded with { Scenario = scenario with { Topology = scenario.Topology with { Guests = many } } };
        }
        return loaded;
    }

    private string Command(ParseResult parse, string asked, string protocol, ulong seed)
    {
        var words = new List<string> { "viommu scale", ShellWord.Quote(asked) };
        foreach (var option in new[] { _guests, _vcpus, _devices, _duration })
        {
            if (parse.GetValue(option) is { } value) words.AddRange([option.Name, value]);
        }
        words.AddRange(["--protocol", protocol, "--seed", Seed.Hex(seed)]);
        if (parse.GetValue(_noOracle)) words.Add(_noOracle.Name);
        words.AddRange(_input.SetsOf(parse).Select(set => "--set " + ShellWord.Quote(set)));
        return string.Join(' ', words);
    }

    private RunFolder FolderFor(ParseResult parse, ToolSession session, Manifest manifest)
    {
        var root = RunFolder.RootOf(session.Host.Console.Variable(VerbHelp.RunsVariable));
        return parse.GetValue(_out) is { } path
            ? RunFolder.At(path)
            : RunFolder.New(root, manifest.Loaded.Scenario.Name, manifest.Seed, manifest.Protocol, manifest.Started);
    }

    private static int? Number(ParseResult parse, Option<string?> option, int most, string what)
    {
        if (parse.GetValue(option) is not { } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw ToolException.Usage(
                option.Name, text, $"not a number of {what}", string.Create(CultureInfo.InvariantCulture, $"1 to {most}"));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
