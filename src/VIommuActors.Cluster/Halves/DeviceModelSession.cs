using System.Collections.Immutable;
using Akka.Actor;
using VIommuActors.Actors;
using VIommuActors.Actors.Wiring;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Cluster.Links;
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
    private const int HypervisorProcess = 0, SayEveryTicks = 20;

    private readonly long _session;
    private readonly IActorRef _hypervisor;
    private readonly List<Outbound> _early = [];
    private readonly IActorRef _self;
    private readonly int _link;
    private int _starting, _ticksUnheard;
    private bool _hasBegun;

    public DeviceModelSession(RunOnNode run, int vm, long session, IActorRef hypervisor, int link)
        : base(run, vm)
    {
        _link = link;
        (_session, _hypervisor, _self) = (session, hypervisor, Self);
        var record = new GuestRecord(run.Plan.Scenario.Topology.Vcpus, new Latencies(1), () => { });
        var idle = new UnjudgedGuest(new Nowhere(run.Clock), invalidationSeen: null);
        Recorder = run.NewRecorder(vm, (int)session);
        LayOut(
            run.Plan.Machine(vm, idle, idle, record, record), "device-model", hasEmulators: true, _ => run.Counters.Message(),
            (party, reason) => _self.Tell(new PartyFailed(party, reason)), (int)Math.Min(session - 1, 2000));
    }

    private bool IsFirst => _session == 1;

    /// <param name="system">Where it is to run.</param>
    /// <param name="run">The run.</param>
    /// <param name="vm">The machine.</param>
    /// <param name="session">The session that was asked for.</param>
    /// <param name="hypervisor">Who asked for it.</param>
    /// <param name="link">What the asker's end of the link can do.</param>
    public static Props Props(ActorSystem system, RunOnNode run, int vm, long session, IActorRef hypervisor, int link) =>
        OnThreadsOf(Akka.Actor.Props.Create(() => new DeviceModelSession(run, vm, session, hypervisor, link)), system, run, vm);

    protected override void PreStart()
    {
        base.PreStart();
        Run.Counters.Began();
        Context.Watch(_hypervisor);
        var processes = Layout.StartDeviceModelHalf(Context);
        _starting = processes.Length;
        // A process has bound its parties once it answers.
        foreach (var process in processes) process.Tell(new Identify(process), Self);
    }

    protected override void PostStop()
    {
        Run.Counters.Left();
        Recorder?.Dispose();
        base.PostStop();
    }

    protected override void OnReceive(object message)
    {
        if (message is Outbound early && !_hasBegun)
        {
            _early.Add(early);
            return;
        }
        // Whatever comes over the link goes to the one device model that has the session; a namesake on another node hears nothing.
        if (!_hasBegun && _starting == 0 && SessionOf(message) == _session) Begin();
        if (Handle(message)) return;
        switch (message)
        {
            case ActorIdentity:
                if (--_starting == 0) Started();
                break;
            case OpenSession:
                if (_starting == 0) SayOpened();
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
            Layout.SharedOf(0)[unit].Page.Write(slot.Vcpu, slot.Request with { State = IoreqState.Ready });
        }
        Layout.Table.Find(frame.To)?.Tell(frame.Message, Self);
    }

    protected override ImmutableArray<SlotImage> SlotsWith(Outbound outbound)
    {
        var unit = Nodes.Dummies.IndexOf(outbound.Message.From);
        if (outbound.Message is not EventUpcall || unit < 0) return [];
        var page = Layout.SharedOf(0)[unit].Page;
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
        if (!_hasBegun && _starting == 0 && ++_ticksUnheard % SayEveryTicks == 0) SayOpened();
    }

    private static long? SessionOf(object message) => message switch
    {
        LinkAck ack => ack.Session,
        LinkFrame frame => frame.Session,
        LinkFrames { Frames: [var frame, ..] } => frame.Session,
        _ => null,
    };

    private void SayOpened() => _hypervisor.Tell(new SessionOpened(Vm, _session, Run.Node, LinkEnd.Version), Self);

    private void Started()
    {
        OpenLink(_session, _hypervisor, "up", _link);
        SayOpened();
        // An asker of an earlier version acknowledges frames only.
        if (_link == 0) Begin();
    }

    private void Begin()
    {
        _hasBegun = true;
        foreach (var outbound in _early) SendAcross(outbound);
        _early.Clear();
        // Later lives attach by themselves.
        if (!IsFirst) return;
        PlanCrashes();
        foreach (var dummy in Nodes.Dummies) Layout.Table[dummy].Tell(new PowerOn(NodeId.None), Self);
    }

    private sealed record PartyFailed(string Party, Exception Reason);

    private sealed class Nowhere(HostClock clock) : IRunPosition
    {
        public long Step => 0;

        public long NowNs => clock.NowNs;
    }
}
