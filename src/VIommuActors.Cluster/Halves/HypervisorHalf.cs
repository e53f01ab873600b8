using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using VIommuActors.Actors;
using VIommuActors.Actors.Wiring;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Cluster.Links;
using VIommuActors.Cluster.Runs;
using VIommuActors.Cluster.Telemetry;
using VIommuActors.Cluster.Timeline;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.RealTime;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Halves;

/// <summary>
/// The half of a machine that its host runs: vCPUs, units, ioreq servers and the guest's memory, with the judge. It numbers the sessions
/// of the device model, and fences one by closing it.
/// </summary>
/// <remarks>
/// Guest memory is reached by frames of the open session only. Closing the session needs nobody's consent, and from then on a device
/// model that is cut off can do what it likes: nothing of it lands. Only behind that is each of its parties reaped, through memory like
/// any other access, and only then does an invalidation that waits for it go on.
/// </remarks>
internal class HypervisorHalf : HalfActor
{
    private const long OpenAgainNs = 1_000_000_000;

    private readonly IActorRef _deviceModels;
    private readonly Latencies _invalidationNs = new(2), _dmaNs = new(2);
    private readonly GuestRecord _record;
    private readonly JudgedGuest _judge;
    private readonly IActorRef _self;
    private readonly HashSet<NodeId> _unreaped = [];
    private IActorRef _coordinator = ActorRefs.Nobody;
    private VmEnded? _end;
    private string? _failure;
    private long _session, _openedAtNs, _toldAtNs;
    private int _lastLife, _sessions;

    public HypervisorHalf(RunOnNode run, int vm, IActorRef deviceModels)
        : base(run, vm)
    {
        _deviceModels = deviceModels;
        _self = Self;
        _record = new GuestRecord(run.Plan.Scenario.Topology.Vcpus, new Latencies(1), () => _self.Tell(GuestEnded.Instance));
        var recorder = run.NewRecorder(vm, process: 0);
        Recorder = recorder;
        _judge = recorder is null
            ? new JudgedGuest(run.Clock, () => _record.Messages, Invalidated, dmaSeen: Transferred)
            : new JudgedGuest(run.Clock, () => recorder.Step, Invalidated, recorder.WorkBegan, Transferred)
            {
                Broken = recorder.Broken,
            };
        LayOut(
            run.Plan.Machine(vm, _judge, _judge, _record, _record), "hypervisor", hasEmulators: false, _record.Count,
            (party, reason) => _self.Tell(new PartyFailed(party, reason)));
    }

    public static Props Props(ActorSystem system, RunOnNode run, int vm, IActorRef deviceModels)
    {
        var half = run.Mutant == Mutants.OpenFence.Name
            ? Akka.Actor.Props.Create(() => new Mutants.OpenFence(run, vm, deviceModels))
            : Akka.Actor.Props.Create(() => new HypervisorHalf(run, vm, deviceModels));
        return OnThreadsOf(half, system, run, vm);
    }

    protected override void PreStart()
    {
        base.PreStart();
        Run.Counters.Began();
        Layout.StartHypervisorHalf(Context);
        PlanCrashes();
        OpenSession(1);
    }

    protected override void PostStop()
    {
        if (_end is null)
        {
            // The node leaves: a machine's memory is here, so it ends here.
            End("its hypervisor left the cluster");
            Tell();
        }
        Recorder?.Dispose();
        base.PostStop();
    }

    protected override void OnReceive(object message)
    {
        if (message is Outbound { Message: Reaped } told && _unreaped.Contains(told.To))
        {
            MayStart(told.To);
            return;
        }
        if (Handle(message)) return;
        switch (message)
        {
            case StartVm start:
                _coordinator = Sender;
                _coordinator.Tell(new VmStarted(start.Run, Vm, Run.Node), Self);
                break;
            case SessionOpened opened:
                Opened(opened);
                break;
            case SessionRefused refused:
                // It was never open here, so nothing has to be fenced; under this number it may be over there already.
                if (refused.Session != _session || Link is not null || _unreaped.Count > 0) break;
                (_session, _openedAtNs) = (_session + 1, Run.Clock.NowNs);
                break;
            case CloseSession close:
                // A namesake of the device model may fail, too, before it is told to end.
                if (close.Session == _session && Sender.Equals(Peer)) Broken(close.Reason);
                break;
            case Terminated gone:
                if (gone.ActorRef.Equals(Peer)) Broken("the device model's process is gone");
                break;
            case PartyFailed when _end is not null:
                // One that fails fails again with its next message.
                break;
            case PartyFailed failed:
                _failure ??= Brief($"{failed.Party} failed: {failed.Reason.Message}");
                End(_failure);
                Tell();
                break;
            case GuestEnded:
                if (_end is not null) break;
                End(_record.IsFinished ? null : Brief(string.Join("; ", _record.Stops)));
                Tell();
                break;
            case VmNoted:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void Arrived(LinkFrame frame)
    {
        Recorder?.Arrived(frame.Message, (int)frame.Session, frame.Clock);
        if (frame.Message is ReapFence fence) _lastLife = Math.Max(_lastLife, fence.Life);
        foreach (var slot in frame.Slots)
        {
            var unit = Nodes.Dummies.IndexOf(frame.Message.From);
            if (unit < 0 || slot.Vcpu >= Nodes.Vcpus.Length || slot.Vcpu < 0) continue;
            Layout.SharedOf(0)[unit].Page.TryRespond(slot.Vcpu, slot.Request.Data);
        }
        Layout.Table[frame.To].Tell(frame.Message, Self);
    }

    protected override ImmutableArray<SlotImage> SlotsWith(Outbound outbound)
    {
        var unit = Nodes.Dummies.IndexOf(outbound.To);
        if (outbound.Message is not EventUpcall upcall || unit < 0) return [];
        // The page is on this host. This end takes the requests for the emulator, as the emulator would: the bit first, then the page.
        var shared = Layout.SharedOf(0)[unit];
        shared.ClearPending(new Xen.Events.EventPort((uint)upcall.Port));
        var slots = ImmutableArray.CreateBuilder<SlotImage>();
        for (var vcpu = 0; vcpu < Nodes.Vcpus.Length; vcpu++)
        {
            if (shared.Page.TryTake(vcpu, out var request)) slots.Add(new SlotImage(vcpu, request));
        }
        return slots.ToImmutable();
    }

    /// <summary>Closes the session: from here on nothing of it lands. Its parties are reaped behind what has landed.</summary>
    protected override void Broken(string why)
    {
        if (Link is null) return;
        Log.Warning("{Vm}: session {Session} is fenced: {Reason}", Vm, _session, why);
        if (Peer is { } peer)
        {
            Context.Unwatch(peer);
            peer.Tell(new CloseSession(Vm, _session, why), Self);
        }
        CloseLink();
        if (_end is not null) return;
        _lastLife++;
        foreach (var dummy in Nodes.Dummies) Reap(dummy);
        foreach (var device in Nodes.Devices) Reap(device.Node);
    }

    protected override void Ticked()
    {
        var now = Run.Clock.NowNs;
        if (_end is not null)
        {
            if (Run.IsForgotten) Context.Stop(Self);
            else if (now - _toldAtNs > OpenAgainNs) Tell();
            return;
        }
        if (Link is null && _unreaped.Count == 0 && now - _openedAtNs > OpenAgainNs) OpenSession(_session);
        if (Run.IsOverdue) EndOverdue();
    }

    private void Reap(NodeId party)
    {
        _unreaped.Add(party);
        Layout.Table[Nodes.Memory].Tell(new ReapFence(party, Nodes.Hub, Alone: false, _lastLife), Self);
    }

    private void OpenSession(long session)
    {
        _session = session;
        _openedAtNs = Run.Clock.NowNs;
        _deviceModels.Tell(new OpenSession(Vm, session, Run.Definition.Run, LinkEnd.Version), Self);
    }

    private void Opened(SessionOpened opened)
    {
        if (Link is { } link && Sender.Equals(Peer))
        {
            // It has not heard that it may begin.
            Sender.Tell(link.Acknowledge(), ActorRefs.NoSender);
            return;
        }
        if (opened.Session != _session || Link is not null || _end is not null || _unreaped.Count > 0)
        {
            // A number may have been asked for on a node that could not answer and then on another one: one of the two has the session.
            Sender.Tell(new CloseSession(Vm, opened.Session, "this session is over, or another device model has it"), Self);
            return;
        }
        _sessions++;
        OpenLink(_session, Sender, "down", opened.Link);
        Context.Watch(Sender);
        if (opened.Link >= 1) Sender.Tell(Link!.Acknowledge(), ActorRefs.NoSender);
    }

    /// <summary>The ioreq server lets a party that is gone start again; when all have been told, a successor is asked for.</summary>
    private void MayStart(NodeId party)
    {
        if (!_unreaped.Remove(party) || _unreaped.Count > 0 || _end is not null) return;
        OpenSession(Math.Max(_session, _lastLife) + 1);
    }

    private void EndOverdue()
    {
        if (_end is not null) return;
        End(string.Create(CultureInfo.InvariantCulture, $"{_record.Running} vCPUs had not ended when the run was over"));
        Tell();
    }

    private void End(string? lost)
    {
        if (Peer is { } peer)
        {
            Context.Unwatch(peer);
            peer.Tell(new CloseSession(Vm, _session, "the machine has ended"), Self);
        }
        CloseLink();
        _end = new VmEnded(Run.Definition.Run, Vm, Run.Node, Figures(), lost);
        Run.Counters.Ended(_end.Figures);
    }

    private VmFigures Figures() => _judge.Ask(oracle => new VmFigures(
        oracle.Issues, oracle.Done, oracle.Faulted, oracle.AbandonedRequests, oracle.Unfinished, oracle.Invalidations, _record.Messages,
        _sessions, FramesRefused, [.. Properties.All.Select(oracle.Count)],
        [.. oracle.Violations.Take(20).Select(violation => violation.ToString())],
        _invalidationNs.Encode(), _dmaNs.Encode()));

    private void Tell()
    {
        _toldAtNs = Run.Clock.NowNs;
        _coordinator.Tell(_end!, Self);
    }

    private void Invalidated(long ns)
    {
        _invalidationNs.Record(ns);
        Run.Counters.InvalidationSeen();
        RunInstruments.Invalidated(ns, Run.Node, Run.Definition.Protocol);
    }

    private void Transferred(long ns)
    {
        _dmaNs.Record(ns);
        Run.Counters.DmaSeen();
        RunInstruments.Transferred(ns, Run.Node, Run.Definition.Protocol);
    }

    private sealed class GuestEnded
    {
        public static GuestEnded Instance { get; } = new();
    }

    private sealed record PartyFailed(string Party, Exception Reason);
}
