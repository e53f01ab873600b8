using System.Collections.Immutable;
using Akka.Actor;
using Serilog;
using VIommuActors.Actors;
using VIommuActors.Actors.Wiring;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Cluster.Hosting;
using VIommuActors.Cluster.Links;
using VIommuActors.Cluster.Runs;
using VIommuActors.Cluster.Timeline;
using VIommuActors.Machine;
using VIommuActors.Protocols.Messages;
using VIommuActors.RealTime;
using VIommuActors.Wire;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Halves;

/// <summary>
/// Parent of one half of a machine, and its end of the link. Whatever comes from the other process is checked here before a party sees it:
/// the session, that sender and receiver are on their sides, and the order.
/// </summary>
internal abstract class HalfActor(RunOnNode run, int vm) : UntypedActor, IWithTimers
{
    private const int FlushEveryTicks = 20, LongestReason = 1000;

    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(50);

    private readonly List<LinkFrame> _frames = [];
    private readonly ImmutableArray<LinkFrame>.Builder _departing = ImmutableArray.CreateBuilder<LinkFrame>();
    private bool[] _isHere = [];
    private FrameFaults? _faults;
    private (long Session, IActorRef Peer)? _closed;
    private Carriage? _carriage;
    private bool _together;
    private int _ticks;

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected RunOnNode Run => run;

    protected int Vm => vm;

    /// <summary>For people: every line has the machine and the actor.</summary>
    protected ILogger Log { get; } = run.Log.ForContext(nameof(Vm), vm)
        .ForContext(NodeLogger.ActorPath, NodeLogger.PathOf(Context.Self.Path.ToString()));

    /// <summary>The other half while the session is open.</summary>
    protected IActorRef? Peer { get; private set; }

    /// <summary>This end of the link while the session is open.</summary>
    protected LinkEnd? Link { get; private set; }

    /// <summary>Writes this half's trace; null when none is written, and then nothing is done for one.</summary>
    protected HalfRecorder? Recorder { get; init; }

    /// <summary>The whole machine as this half sees it: its own parties, and the names of the others.</summary>
    protected MachineLayout Layout { get; private set; } = null!;

    /// <summary>Who is who in it.</summary>
    protected GuestNodes Nodes => Layout.Guests[0];

    /// <summary>Frames of closed sessions that this half refused.</summary>
    protected long FramesRefused { get; private set; }

    /// <summary>True for a party that lives in this half.</summary>
    protected bool IsHere(NodeId party) => party.Exists && party.Index < _isHere.Length && _isHere[party.Index];

    /// <summary>A frame's message, in order and checked.</summary>
    protected abstract void Arrived(LinkFrame frame);

    /// <summary>The slots that go with a message to the other half.</summary>
    protected abstract ImmutableArray<SlotImage> SlotsWith(Outbound outbound);

    /// <summary>The other end says that this session is over, or it cannot go on.</summary>
    protected abstract void Broken(string why);

    /// <summary>Every 50 ms.</summary>
    protected abstract void Ticked();

    protected override void PreStart() => Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, TickEvery);

    protected override void PostStop() => Carriage.Of(Context.System).Leave(vm, Self);

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <summary>A reason as the wire takes it: failures of parties can say more than fits.</summary>
    protected static string Brief(string reason) => reason.Length <= LongestReason ? reason : reason[..LongestReason] + "…";

    /// <summary>A half and its parties share the threads of one guest: what they send across together is ready together.</summary>
    protected static Props OnThreadsOf(Props half, ActorSystem system, RunOnNode run, int vm) =>
        half.WithDispatcher(GuestDispatcher.For(system, vm, Math.Max(1, run.Definition.Vms)).Id);

    /// <summary>
    /// Lays the machine out on wires of this half, with the scenario's fault rules and the recorder on them where there are any.
    /// </summary>
    /// <param name="machine">What it is built from.</param>
    /// <param name="name">This half's name, for its own draws.</param>
    /// <param name="hasEmulators">Whether emulators' parties live here, or the others.</param>
    /// <param name="count">Told of every message that a party sends.</param>
    /// <param name="failed">Told of a party that fails, by name; on that party's thread.</param>
    /// <param name="life">Number of the emulators' life.</param>
    protected void LayOut(
        MachineSpec machine, string name, bool hasEmulators, Action<Message> count, Action<string, Exception> failed, int life = 0)
    {
        var table = new NodeTable();
        var threads = (GuestDispatcher)Context.Dispatcher;
        var wires = new HalfWires(table, Self, threads, run.Clock, count, (party, reason) => failed(table.NameOf(party), reason), Recorder);
        var rules = run.RulesFor(vm, name);
        IWires outer = rules is null ? wires : new FaultyWires(wires, rules, count);
        if (Recorder is { } recorder)
        {
            outer = new RecordedWires(outer, recorder);
            machine = machine with { Parts = new RecordedParts(machine.Parts, recorder) };
        }
        // The recorder tells a message of a later life by the envelope that its actor has in hand: in a turn it is the first one's.
        var place = Recorder is null ? threads.Place : Deploy.None.WithDispatcher(threads.Id);
        Layout = new MachineLayout(machine, outer, table, life, place);
        _isHere = [.. table.All.Select(node => Nodes.ProcessOf(node) >= 0 == hasEmulators)];
        wires.IsHere = _isHere;
        rules?.Bind(new PartyKinds(Layout));
        Recorder?.Begin(table, IsHere);
    }

    /// <summary>Opens this end. What the other one can do is <paramref name="version"/>.</summary>
    protected void OpenLink(long session, IActorRef peer, string direction, int version)
    {
        Link = new LinkEnd(vm, session);
        Peer = peer;
        _together = version >= 1;
        if (version >= 2 && Carriage.Of(Context.System) is { } carriage && carriage.Reaches(peer))
        {
            // Until this half ends: what comes for a closed session is this half's to refuse.
            carriage.Enter(vm, Self);
            _carriage = carriage;
        }
        _faults = run.FaultsOfLink(vm, session, direction);
    }

    /// <summary>Closes this end; nothing of the session is taken any more.</summary>
    protected void CloseLink()
    {
        if (Link is { } link && Peer is { } peer) _closed = (link.Session, peer);
        _carriage = null;
        Link = null;
        Peer = null;
        _departing.Clear();
    }

    /// <summary>Sends a message across; without a session it goes nowhere.</summary>
    protected void SendAcross(Outbound outbound)
    {
        if (Link is not { } link) return;
        if (link.IsFull)
        {
            Broken($"{LinkEnd.Window} frames are unacknowledged");
            return;
        }
        var clock = Recorder?.ClockOf(outbound.Cause) ?? [];
        var frame = link.Send(outbound.To, outbound.Message, SlotsWith(outbound), clock, run.Clock.NowNs);
        run.Counters.Sent();
        Put(frame);
    }

    /// <summary>Sends the planned crashes of this half's parties, each at its time from now on.</summary>
    protected void PlanCrashes()
    {
        foreach (var (atNs, party, message) in PlannedCrashes.Of(run.Plan.Scenario, Nodes))
        {
            if (!IsHere(party)) continue;
            var actor = Layout.Table[party];
            VIommuActors.RealTime.Timers.After(atNs, () => actor.Tell(message, ActorRefs.NoSender));
        }
    }

    /// <summary>What has to do with the link. False: something else.</summary>
    protected bool Handle(object message)
    {
        switch (message)
        {
            case Outbound outbound:
                SendAcross(outbound);
                return true;
            case LinkFrame frame:
                Take(frame);
                Acknowledge();
                return true;
            case LinkFrames together:
                foreach (var one in together.Frames) Take(one);
                Acknowledge();
                return true;
            case Departure:
                Depart();
                return true;
            case LinkAck ack:
                if (ack.Session == Link?.Session) Link.Take(ack);
                return true;
            case LinkRefused refused:
                if (refused.Session == Link?.Session) Broken("the other half has closed the session");
                return true;
            case Tick:
                OnTick();
                return true;
            default:
                return false;
        }
    }

    private void Take(LinkFrame frame)
    {
        if (Link is not { } link || frame.Session != link.Session)
        {
            Foreign(frame);
            return;
        }
        _frames.Clear();
        link.Take(frame, _frames);
        foreach (var ready in _frames)
        {
            if (Link != link) break;
            if (IsHere(ready.To) && !IsHere(ready.Message.From)) Arrived(ready);
            else run.Counters.Misdirected();
        }
    }

    private void Acknowledge()
    {
        if (Link?.Owed(atLeisure: false) is { } ack) Peer?.Tell(ack, ActorRefs.NoSender);
    }

    /// <summary>The fence: whatever a closed session still sends has no effect here, and its sender is told so.</summary>
    protected virtual void Foreign(LinkFrame frame)
    {
        run.Counters.Refused();
        FramesRefused++;
        if (_closed is { } closed && closed.Session == frame.Session) closed.Peer.Tell(new LinkRefused(vm, frame.Session), Self);
    }

    private void OnTick()
    {
        if (Link is { } link)
        {
            _frames.Clear();
            link.Due(run.Clock.NowNs, _frames);
            foreach (var frame in _frames)
            {
                run.Counters.Again();
                Put(frame);
            }
            if (link.Owed(atLeisure: true) is { } ack) Peer?.Tell(ack, ActorRefs.NoSender);
        }
        if (++_ticks % FlushEveryTicks == 0) Recorder?.Flush();
        Ticked();
    }

    private void Put(LinkFrame frame)
    {
        for (var copies = _faults?.Copies() ?? 1; copies > 0; copies--)
        {
            if (!_together || !LinkFrames.Takes(frame))
            {
                Depart();
                Post(frame, Peer!);
                continue;
            }
            _departing.Add(frame);
            if (_departing.Count == WireLimits.Frames) Depart();
            // Behind all that waits in the mailbox now: what it makes ready goes along.
            else if (_departing.Count == 1) Self.Tell(Departure.Instance, ActorRefs.NoSender);
        }
    }

    private void Depart()
    {
        if (_departing.Count == 0) return;
        if (_carriage is { } carriage) Post(new Carrier.Freight(vm, Peer!, _departing.ToImmutable()), carriage.Carrier);
        else Post(_departing.Count == 1 ? _departing[0] : new LinkFrames(vm, _departing.ToImmutable()), Peer!);
        _departing.Clear();
    }

    private void Post(object message, IActorRef to)
    {
        if (run.LinkDelay is { Ticks: > 0 } delay) Context.System.Scheduler.ScheduleTellOnce(delay, to, message, ActorRefs.NoSender);
        // Without a sender: its path is longer than the frames, and nobody answers them.
        else to.Tell(message, ActorRefs.NoSender);
    }

    private sealed class Departure
    {
        public static Departure Instance { get; } = new();
    }

    private sealed class Tick
    {
        public static Tick Instance { get; } = new();
    }
}
