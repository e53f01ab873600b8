using Akka.Actor;
using VIommuActors.Actors;
using VIommuActors.Actors.Wiring;
using VIommuActors.Experiments.Building;
using VIommuActors.Experiments.Figures;
using VIommuActors.Oracle;
using VIommuActors.Protocols;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios.Model;
using VIommuActors.Simulation;

namespace VIommuActors.Experiments.Running;

/// <summary>Runs scenarios in virtual time on one simulated actor system, which is reused from run to run. One thread.</summary>
public sealed class ScenarioRunner : IDisposable
{
    private readonly SimSystem _system = SimSystem.Create("viommu");
    private readonly RecordingShelf _recordings = new();
    private int _worlds;

    /// <summary>Message kinds that fault rules may name.</summary>
    public static IReadOnlyCollection<string> MessageNames { get; } =
    [
        .. typeof(Message).Assembly.GetTypes().Where(type => type.IsSealed && type.IsSubclassOf(typeof(Message)))
            .Select(type => type.Name).Order(StringComparer.Ordinal),
    ];

    /// <summary>Parties that fault rules may name.</summary>
    public static IReadOnlyCollection<string> PartyNames { get; } = [EmulatorCrashes.DummyVIommu];

    /// <summary>Names of the protocols that can run a scenario at all (ats only with queued invalidation).</summary>
    public static IReadOnlyList<string> ProtocolsFor(Scenario scenario) =>
    [
        .. ProtocolCatalog.All
            .Where(protocol => protocol.WorksWithRegisters || scenario.Invalidation == InvalidationInterface.Queued)
            .Select(protocol => protocol.Name),
    ];

    /// <summary>Runs to the end, or to a limit.</summary>
    /// <exception cref="UnsupportedCombinationException">The protocol does not work with the scenario's invalidation interface.</exception>
    public RunResult Run(RunRequest request, CancellationToken cancel = default)
    {
        var scenario = request.Scenario;
        var protocol = ProtocolCatalog.Find(request.Protocol) ?? throw new UnsupportedCombinationException(
            $"unknown protocol {request.Protocol}; accepted: {string.Join(", ", ProtocolCatalog.All.Select(known => known.Name))}");
        if (!protocol.WorksWithRegisters && scenario.Invalidation == InvalidationInterface.Register)
            throw new UnsupportedCombinationException(
                $"{protocol.Name} needs invalidation = queued: registers cannot invalidate a device TLB");

        var kernel = _system.Kernel;
        var random = new SimRandom(request.Seed);
        var figures = new RunFigures(protocol.Name) { Runs = 1 };
        var meter = new MessageMeter(figures);
        var table = new NodeTable();
        var work = WorkPlan.For(scenario, protocol, random.Derive("workload"), _recordings);
        var monitor = new RunMonitor(kernel, work.Guests.Sum(guest => guest.Vcpus));
        var oracle = new DmaOracle(monitor)
        {
            InvalidationSeen = ns => RunFigures.Record(figures.InvalidationNs, ns),
            WorkBegan = meter.WorkBegins,
        };
        if (request.Trace is { IsEnabled: true } trace)
            oracle.Broken = violation => trace.Note(violation.At.Step, violation.At.TimeNs, "oracle", new ViolationRemark(violation));

        kernel.BeginWorld();
        var nodes = work.Guests.Sum(guest => guest.Vcpus + (2 * guest.UnitBases.Length) + guest.Devices.Length + 2);
        var wires = new SimWires(kernel, table, nodes, scenario.Timing, MessageFaults.From(scenario, random.Derive("faults")), meter);
        var spec = new MachineSpec
        {
            Guests = work.Guests,
            Protocol = protocol,
            Options = OptionsOf(scenario, protocol),
            GuestWatch = oracle,
            MemoryWatch = oracle,
            Meter = meter,
            VcpuWatch = monitor,
            UnitObserver = work.Observer,
        };
        var layout = new MachineLayout(spec, wires, table);
        var world = _system.System.ActorOf(Akka.Actor.Props.Create(() => new WorldActor(layout)), $"world-{++_worlds}");
        try
        {
            kernel.RunMisc();
            var first = 0;
            foreach (var node in table.All)
            {
                var slot = kernel.Register(table[node]);
                if (node.Index == 0) first = slot;
            }
            StepRecorder? recorder = request.Trace is { IsEnabled: true } sink
                ? new StepRecorder(sink, table, actor => kernel.SlotOf(actor) - first)
                : null;
            kernel.BeginRun(new RandomChoice(random.Derive("schedule")), recorder);
            foreach (var guest in layout.Guests)
            {
                foreach (var dummy in guest.Dummies) kernel.DeliverAt(0, table[dummy], new PowerOn(NodeId.None), null);
            }
            EmulatorCrashes.Plan(scenario, layout, kernel);
            var ending = kernel.Run(scenario.Limits.Steps, scenario.Limits.VirtualNs, cancel);
            if (wires.Failure is { } failure) throw failure;
            Close(figures, meter, oracle, monitor, ending);
            figures.Replay = work.Replay;
            return new RunResult(figures, EndingOf(ending, monitor, cancel), kernel.Steps);
        }
        finally
        {
            _system.System.Stop(world);
            kernel.EndWorld();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _system.Dispose();

    private static void Close(RunFigures figures, MessageMeter meter, DmaOracle oracle, RunMonitor monitor, RunEnd ending)
    {
        if (ending is RunEnd.Quiescent or RunEnd.TimeLimit)
        {
            // Nobody will ever answer a vCPU that still sits in the hypervisor: the guest cannot even time out.
            foreach (var vcpu in monitor.Blocked) oracle.TimedOut(vcpu.Guest, vcpu.Index, monitor.NowNs);
            oracle.Close();
        }
        meter.Close();
        figures.Dmas = oracle.Issues;
        figures.DmasDone = oracle.Done;
        figures.DmasFaulted = oracle.Faulted;
        figures.DmasAbandoned = oracle.AbandonedRequests;
        figures.Invalidations = oracle.Invalidations;
        figures.VirtualNs = monitor.NowNs;
        figures.ExposedAccesses = oracle.ExposedAccesses;
        figures.ExposureMaxNs = oracle.ExposureMaxNs;
        figures.Details = [.. oracle.Violations];
        figures.Remarks = [.. figures.Remarks, .. monitor.Stops];
        foreach (var property in Properties.All) figures[property] = oracle.Count(property);
    }

    private static RunEnding EndingOf(RunEnd ending, RunMonitor monitor, CancellationToken cancel) => ending switch
    {
        RunEnd.StepLimit => RunEnding.StepLimit,
        RunEnd.TimeLimit => RunEnding.TimeLimit,
        RunEnd.Stopped when cancel.IsCancellationRequested && monitor.Running > 0 => RunEnding.Cancelled,
        _ => RunEnding.Complete,
    };

    private static ProtocolOptions OptionsOf(Scenario scenario, IProtocol protocol) =>
        new(scenario.ProtocolOptions.TryGetValue(protocol.Name, out var values)
            ? values
            : System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty);

    private sealed class WorldActor : UntypedActor
    {
        public WorldActor(MachineLayout layout) => layout.Start(Context);

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

        protected override void OnReceive(object message) => Unhandled(message);
    }
}
