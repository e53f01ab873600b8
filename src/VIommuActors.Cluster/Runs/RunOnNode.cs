using System.Globalization;
using Serilog;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cluster.Links;
using VIommuActors.Cluster.Timeline;
using VIommuActors.RealTime;
using VIommuActors.Scenarios;
using VIommuActors.Scenarios.Model;
using VIommuActors.Seeds;
using VIommuActors.Trace;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Runs;

/// <summary>A run as one node knows it: what its machines are, and what the halves that live here have in common.</summary>
public sealed class RunOnNode
{
    /// <summary>How long after the end of a run a machine may take for its last round.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private readonly NodeWeather _weather;
    private readonly string? _traceFolder;
    private long _endedAtNs = long.MaxValue;

    private RunOnNode(
        DefineRun definition, Scenario scenario, Protocols.Seam.IProtocol protocol, string node, NodeWeather weather, ILogger log,
        string? traceFolder)
    {
        Definition = definition;
        _traceFolder = definition.Trace ? traceFolder : null;
        Node = node;
        _weather = weather;
        Log = log.ForContext("Run", definition.Run).ForContext(nameof(Node), node);
        Plan = new GuestPlan(scenario, protocol, definition.Seed, () => IsEnding, RelaxesAtOnce: true);
    }

    /// <summary>As the coordinator gave it.</summary>
    public DefineRun Definition { get; }

    /// <summary>This node.</summary>
    public string Node { get; }

    /// <summary>For people.</summary>
    public ILogger Log { get; }

    /// <summary>What every machine is built from.</summary>
    public GuestPlan Plan { get; }

    /// <summary>This process's clock since the run was defined here.</summary>
    public HostClock Clock { get; } = new();

    /// <summary>Sums over the halves that live here.</summary>
    public RunCounters Counters { get; } = new();

    /// <summary>Name of a deliberate defect of this node; null for none.</summary>
    public string? Mutant { get; init; }

    /// <summary>True once guests end after the round that they are in.</summary>
    public bool IsEnding => Volatile.Read(ref _endedAtNs) != long.MaxValue;

    /// <summary>True when that was so long ago that whoever still runs is cut off.</summary>
    public bool IsOverdue => IsEnding && Clock.NowNs - Volatile.Read(ref _endedAtNs) > (long)Grace.TotalNanoseconds;

    /// <summary>True when nobody can want to hear any more how its machines ended.</summary>
    public bool IsForgotten => IsEnding && Clock.NowNs - Volatile.Read(ref _endedAtNs) > 3 * (long)Grace.TotalNanoseconds;

    /// <summary>How much later frames leave this node, on purpose; zero normally.</summary>
    public TimeSpan LinkDelay => _weather.LinkDelay;

    /// <summary>Reads a definition.</summary>
    /// <param name="definition">From the coordinator.</param>
    /// <param name="node">This node.</param>
    /// <param name="weather">What the network does to this node on purpose.</param>
    /// <param name="log">For people.</param>
    /// <param name="traceFolder">Where traces of halves go; null: there is no place for them here.</param>
    /// <param name="mutant">Name of a deliberate defect; null for none.</param>
    /// <param name="run">The run; null when there is a problem.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? TryRead(
        DefineRun definition, string node, NodeWeather weather, ILogger log, string? traceFolder, string? mutant, out RunOnNode? run)
    {
        run = null;
        if (!definition.Oracle) return "machines of a cluster are always judged; without the judge there is viommu scale --no-oracle";
        if (definition.Trace && TraceFiles.Problem(definition.Run, traceFolder) is { } problem) return problem;
        try
        {
            var scenario = ScenarioLoader.ResolveText(
                definition.Scenario, definition.Name, definition.Settings, MessageFaults.Names, PlannedCrashes.Names).Scenario;
            if (scenario.Workload.Kind == WorkloadKind.Trace)
                return "a recording is of one guest on one host; workload.kind map-dma-unmap, storm or attach-detach is accepted";
            var protocol = Compatibility.Require(scenario, definition.Protocol);
            run = new RunOnNode(definition, scenario, protocol, node, weather, log, traceFolder) { Mutant = mutant };
            run.RulesFor(0, "check");
            return null;
        }
        catch (ScenarioException invalid)
        {
            return invalid.Message;
        }
        catch (UnsupportedCombinationException unsupported)
        {
            return unsupported.Message;
        }
    }

    /// <summary>Guests end after the round that they are in.</summary>
    public void End() => Interlocked.CompareExchange(ref _endedAtNs, Clock.NowNs, long.MaxValue);

    /// <summary>What is done on purpose to the frames of one end of a link; null when nothing is.</summary>
    internal FrameFaults? FaultsOfLink(int vm, long session, string direction)
    {
        if (Definition is { LossPerMille: 0, DuplicatePerMille: 0 }) return null;
        var purpose = string.Create(CultureInfo.InvariantCulture, $"frames-{vm}-{session}-{direction}");
        return new FrameFaults(
            Definition.LossPerMille, Definition.DuplicatePerMille, new SeededRandom(Definition.Seed).Derive(purpose));
    }

    /// <summary>The scenario's fault rules for one half of a machine, with draws of its own; null when it has none.</summary>
    internal MessageFaults? RulesFor(int vm, string half)
    {
        var purpose = string.Create(CultureInfo.InvariantCulture, $"faults-{vm}-{half}");
        return MessageFaults.From(Plan.Scenario, new SeededRandom(Definition.Seed).Derive(purpose));
    }

    /// <summary>Begins the trace of a half that lives here; null when the run has none, or its file cannot be made.</summary>
    internal HalfRecorder? NewRecorder(int vm, int process)
    {
        if (_traceFolder is null) return null;
        var name = TraceFiles.NameOf(Definition.Run, vm, process);
        try
        {
            // Unbuffered: what is written is the host's, and outlives this process.
            var stream = new FileStream(
                Path.Combine(_traceFolder, name), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            var header = new TraceHeader(Plan.Scenario.Name, Definition.Protocol, Definition.Seed, TraceFiles.Tool);
            return new HalfRecorder(
                stream, header, Definition.Run, vm, process, Node, Clock, TimeProvider.System,
                failed => Log.Error(failed, "{Vm}: {File} cannot be written any more", vm, name));
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            Log.Error(failed, "{Vm}: {File} cannot be written", vm, name);
            return null;
        }
    }
}
