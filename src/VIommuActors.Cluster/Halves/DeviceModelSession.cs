using System.Collections.Immutable;
using Akka.Actor;
using VIommuActors.Actors;
using VIommuActors.Actors.Wiring;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Cluster.Runs;
using VIommuActors.Cluster.Timeline;
using VIommuActors.Machine;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.RealTime;
using VIommuActors.Wire.Messages;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Cluster.Halves;

/// <summary>One life of a machine's emulators: dummy vIOMMUs and devices, with this end of the link to the hypervisor.</summary>
internal sealed class DeviceModelSession : HalfActor
{
    private const int HypervisorProcess = 0;

    private readonly long _session;
    private readonly IActorRef _hypervisor;
    private readonly MachineLayout _layout;
    private readonly bool[] _isHere;
    private readonly GuestRecord _record;
    private readonly List<Outbound> _early = [];
    private readonly IActorRef _self;
    private int _starting;

    public DeviceModelSession(RunOnNode run, int vm, long session, IActorRef hypervisor)
        : base(run, vm)
    {
        (_session, _hypervisor, _self) = (session, hypervisor, Self);
        _record = new GuestRecord(run.Plan.Scenario.Topology.Vcpus, run.DmaNs, () => { });
        var idle = new UnjudgedGuest(new Nowhere(run.Clock), invalidationSeen: null);
        Recorder = run.NewRecorder(vm, (int)session);
        var table = new NodeTable();
        var wires = new HalfWires(
            table, Self, run.Clock, message => run.Counters.Message(),
            (party, reason) => _self.Tell(new PartyFailed(table.NameOf(party), reason)), Recorder);
        var rules = run.RulesFor(vm, "device-model");
        IWires faulty = rules is null ? wires : new FaultyWires(wires, rules, _ => run.Counters.Message());
        var machine = run.Plan.Machine(vm, idle, idle, _record, _record);
        if (Recorder is not null)
        {
            faulty = new RecordedWires(faulty, Recorder);
            machine = machine with { Parts = new RecordedParts(machine.Parts, Recorder) };
        }
        _layout = new MachineLayout(machine, faulty, table, (int)Math.Min(session - 1, 2000));
        var nodes = _layout.Guests[0];
        _isHere = new bool[table.Count];
        foreach (var node in table.All) _isHere[node.Index] = nodes.ProcessOf(node) >= 0;
        wires.IsHere = _isHere;
        rules?.Bind(new PartyKinds(_layout));
        Recorder?.Begin(table, IsHere);
    }

    private GuestNodes Nodes => _layout.Guests[0];

    private bool IsFirst => _session == 1;

    public static Props Props(RunOnNode run, int vm, long session, IActorRef hypervisor) =>
        Akka.Actor.Props.Create(() => new DeviceModelSession(run, vm, session, hypervisor));

    protected override void PreStart()
    {
        base.PreStart();
        Run.Counters.Began();
        Context.Watch(_hypervisor);
        var processes = _layout.StartDeviceModelHalf(Context);
        _starting = processes.Length;
        // A process has bound its parties once it answers.
        foreach (var process in processes) process.Tell(new Identify(process), Self);
    }

    protected override void PostStop()
    {
        Run.Counters.Left();
        Recorder?.Dispose();
    }

    protected override bool IsHere(NodeId party) => party.Exists && party.Index < _isHere.Length && _isHere[party.Index];

    protected override void OnReceive(object message)
    {
        if (message is Outbound early && _starting > 0)
        {
            _early.Add(early);
            return;
        }
        if (Handle(message)) return;
        switch (message)
        {
            case ActorIdentity:
                if (--_starting == 0) Started();
                break;
            case OpenSession:
                if (_starting == 0) _hypervisor.Tell(new SessionOpened(Vm, _session, Run.Node), Self);
                break;
            case CloseSession close:
                if (close.Session == _session) Context.Stop(Self);
                break;
            case Terminated:
                Broken("the hypervisor's process is gone");
                break;
            case PartyFailed failed:
                Log.Error(failed.Reason, "{Vm}: {Party} failed", Vm, failed.Party);
                Broken(Brief($"{failed.Party} failed: {failed.Reason.Message}"));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void Arrived(LinkFrame frame)
    {
        Recorder?.Arrived(frame.Message, HypervisorProcess, frame.Clock);
        var unit = Nodes.Dummies.IndexOf(frame.To);
        foreach (var slot in frame.Slots)
        {
            if (unit < 0 || slot.Vcpu < 0 || slot.Vcpu >= Nodes.Vcpus.Length) continue;
            _layout.SharedOf(0)[unit].Page.Write(slot.Vcpu, slot.Request with { State = IoreqState.Ready });
        }
        _layout.Table.Find(frame.To)?.Tell(frame.Message, Self);
    }

    protected override ImmutableArray<SlotImage> SlotsWith(Outbound outbound)
    {
        var unit = Nodes.Dummies.IndexOf(outbound.Message.From);
        if (outbound.Message is not EventUpcall || unit < 0) return [];
        var page = _layout.SharedOf(0)[unit].Page;
        var slots = ImmutableArray.CreateBuilder<SlotImage>();
        for (var vcpu = 0; vcpu < Nodes.Vcpus.Length; vcpu++)
        {
            var slot = page.Read(vcpu);
            if (slot.State != IoreqState.ResponseReady) continue;
            slots.Add(new SlotImage(vcpu, slot));
            page.SetState(vcpu, IoreqState.None);
        }
        return slots.ToImmutable();
    }

    /// <summary>Cut off: nothing that its parties do has an effect any more, so they end.</summary>
    protected override void Broken(string why)
    {
        Log.Warning("{Vm}: device model of session {Session} ends: {Reason}", Vm, _session, why);
        if (Link is not null) _hypervisor.Tell(new CloseSession(Vm, _session, why), Self);
        CloseLink();
        Context.Stop(Self);
    }

    protected override void Ticked()
    {
    }

    private void Started()
    {
        OpenLink(_session, _hypervisor, "up");
        _hypervisor.Tell(new SessionOpened(Vm, _session, Run.Node), Self);
        foreach (var outbound in _early) SendAcross(outbound);
        _early.Clear();
        // Later lives attach by themselves.
        if (!IsFirst) return;
        PlanCrashes(_layout);
        foreach (var dummy in Nodes.Dummies) _layout.Table[dummy].Tell(new PowerOn(NodeId.None), Self);
    }

    private sealed record PartyFailed(string Party, Exception Reason);

    private sealed class Nowhere(HostClock clock) : IRunPosition
    {
        public long Step => 0;

        public long NowNs => clock.NowNs;
    }
}
