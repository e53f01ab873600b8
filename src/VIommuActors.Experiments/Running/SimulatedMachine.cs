using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Akka.Actor;
using VIommuActors.Actors;
using VIommuActors.Actors.Wiring;
using VIommuActors.Blueprints.Building;
using VIommuActors.Blueprints.Figures;
using VIommuActors.Blueprints.Remarks;
using VIommuActors.Experiments.Figures;
using VIommuActors.Guest.Recording;
using VIommuActors.Machine;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios.Model;
using VIommuActors.Simulation;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Running;

/// <summary>Wires that also remember when a party has failed.</summary>
internal interface ISimulatedWires : IWires
{
    /// <summary>The first failure, which voids the run.</summary>
    Exception? Failure { get; }

    /// <summary>A guest has started up.</summary>
    void WorkBegins()
    {
    }
}

/// <summary>A machine as actors of a simulated system, with its judge and its meter; lives for one run, in a world of its own.</summary>
internal sealed class SimulatedMachine : IDisposable
{
    private readonly SimSystem _system;
    private readonly IActorRef _world;
    private readonly ISimulatedWires _wires;
    private readonly MessageMeter _meter;
    private readonly RunFigures _figures;
    private readonly WorkPlan _work;
    private readonly int _firstSlot;

    /// <summary>Builds the actors. The kernel's world has begun; nothing has been sent.</summary>
    public SimulatedMachine(
        SimSystem system,
        Scenario scenario,
        IProtocol protocol,
        WorkPlan work,
        Func<NodeTable, int, MessageMeter, ISimulatedWires> newWires,
        ITraceSink? trace,
        bool timed = true,
        MachineParts? parts = null)
    {
        _system = system;
        _work = work;
        _figures = new RunFigures(protocol.Name) { Runs = 1 };
        _meter = new MessageMeter(_figures, timed);
        Monitor = new RunMonitor(system.Kernel, work.Guests.Sum(guest => guest.Vcpus), stopsAtEnd: timed);
        var table = new NodeTable();
        _wires = newWires(table, work.Guests.Sum(guest => guest.Vcpus + (2 * guest.UnitBases.Length) + guest.Devices.Length + 2), _meter);
        Oracle = new DmaOracle(Monitor)
        {
            InvalidationSeen = timed ? ns => RunFigures.Record(_figures.InvalidationNs, ns) : null,
            WorkBegan = () =>
            {
                _meter.WorkBegins();
                _wires.WorkBegins();
                if (trace is { IsEnabled: true }) trace.Note(Monitor.Step, Monitor.NowNs, "oracle", WorkBeginsRemark.Instance);
            },
        };
        if (trace is { IsEnabled: true })
            Oracle.Broken = violation => trace.Note(violation.At.Step, violation.At.TimeNs, "oracle", new ViolationRemark(violation));
        var spec = new MachineSpec
        {
            Guests = work.Guests,
            Protocol = protocol,
            Parts = parts ?? MachineParts.Real,
            Options = MachineBuilder.Options(scenario, protocol),
            GuestWatch = Oracle,
            MemoryWatch = Oracle,
            Meter = _meter,
            VcpuWatch = Monitor,
            UnitObserver = work.Observer,
        };
        Layout = new MachineLayout(spec, _wires, table);
        _world = system.System.ActorOf(Props.Create(() => new WorldActor(Layout)));
        system.Kernel.RunMisc();
        foreach (var node in table.All)
        {
            var slot = system.Kernel.Register(table[node]);
            if (node.Index == 0) _firstSlot = slot;
        }
    }

    /// <summary>Who is who.</summary>
    public MachineLayout Layout { get; }

    /// <summary>The judge.</summary>
    public DmaOracle Oracle { get; }

    /// <summary>The vCPUs' ends.</summary>
    public RunMonitor Monitor { get; }

    /// <summary>Writes steps under the machine's names.</summary>
    public StepRecorder RecorderFor(ITraceSink sink) => new(sink, Layout.Table, actor => _system.Kernel.SlotOf(actor) - _firstSlot);

    /// <summary>Ends the run after the step in which such a violation happens.</summary>
    public void Stop(Func<Violation, bool> at)
    {
        var told = Oracle.Broken;
        Oracle.Broken = violation =>
        {
            told?.Invoke(violation);
            if (!at(violation) || IsStopped) return;
            IsStopped = true;
            _system.Kernel.Stop();
        };
    }

    /// <summary>True when <see cref="Stop"/> ended the run.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Starts the emulators; the guests follow when these have attached.</summary>
    public void PowerOn()
    {
        var kernel = _system.Kernel;
        foreach (var guest in Layout.Guests)
        {
            foreach (var dummy in guest.Dummies) kernel.DeliverAt(kernel.NowNs, Layout.Table[dummy], new PowerOn(NodeId.None), null);
        }
    }

    /// <summary>Judges the run and adds it up.</summary>
    /// <exception cref="InvalidOperationException">A party failed.</exception>
    public RunFigures Close(RunEnd ending)
    {
        if (_wires.Failure is { } failure)
        {
            // A recording that contradicts itself shows only as it is replayed; everything else here is a defect.
            if (failure.InnerException is RecordedTraceException recorded) ExceptionDispatchInfo.Throw(recorded);
            throw failure;
        }
        if (ending == RunEnd.Quiescent)
        {
            // Nobody will ever answer a vCPU that still sits in the hypervisor: the guest cannot even time out.
            foreach (var vcpu in Monitor.Blocked) Oracle.TimedOut(vcpu.Guest, vcpu.Index, Monitor.NowNs);
            _figures.StuckVcpus = Monitor.Running;
            Oracle.Close();
        }
        _figures.StoppedVcpus = Monitor.Stopped;
        _figures.DmasOpen = Oracle.Unfinished;
        _meter.Close();
        _figures.Dmas = Oracle.Issues;
        _figures.DmasDone = Oracle.Done;
        _figures.DmasFaulted = Oracle.Faulted;
        _figures.DmasAbandoned = Oracle.AbandonedRequests;
        _figures.Invalidations = Oracle.Invalidations;
        _figures.VirtualNs = Monitor.NowNs;
        _figures.ExposedAccesses = Oracle.ExposedAccesses;
        _figures.ExposureMaxNs = Oracle.ExposureMaxNs;
        _figures.Details = [.. Oracle.Violations];
        _figures.Remarks = [.. Monitor.Stops];
        _figures.Replay = _work.Replay;
        foreach (var property in Properties.All) _figures[property] = Oracle.Count(property);
        return _figures;
    }

    /// <summary>Stops the actors and ends their world.</summary>
    public void Dispose()
    {
        _system.System.Stop(_world);
        _system.Kernel.EndWorld();
    }

    private sealed class WorldActor : UntypedActor
    {
        public WorldActor(MachineLayout layout) => layout.Start(Context);

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

        protected override void OnReceive(object message) => Unhandled(message);
    }
}
