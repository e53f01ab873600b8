using System.Numerics;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace VIommuActors.Simulation.Internals;

/// <summary>The message queue of one actor: a lane per sender, and unstashed messages in front of all lanes.</summary>
/// <remarks>
/// The kernel takes the message first and then runs the mailbox, which finds exactly this message here: one user message a run,
/// whatever throughput says. <see cref="HasMessages"/> always answers no, so the mailbox never schedules itself for user messages.
/// Akka asks that question only while the mailbox is neither suspended nor closed, at the end of every run: being asked is how the queue
/// learns that its actor can take messages, a state that Akka keeps internal.
/// </remarks>
internal sealed class SimQueue : IMessageQueue, IUnboundedMessageQueueSemantics, IUnboundedDequeBasedMessageQueueSemantics
{
    /// <summary>Value of <see cref="OnlyFrom"/> without a restriction.</summary>
    public const int Anyone = -1;

    private const int LinearLanes = 8;
    private readonly SimKernel _kernel;
    private readonly List<Pending> _front = []; // last in, first out: Akka prepends in reverse order
    private Lane[] _lanes = [];
    private int _laneCount;
    private ulong[] _laneBits = new ulong[1];
    private int _nonEmpty;
    private Lane? _lastLane;
    private Dictionary<IActorRef, Lane>? _bySender;
    private Envelope _granted;
    private bool _hasGrant;

    public SimQueue(IActorRef owner, SimKernel kernel, bool isSystem)
    {
        Owner = owner;
        _kernel = kernel;
        IsSystem = isSystem;
    }

    public IActorRef Owner { get; }

    /// <summary>Guardians and actors under /system: their work is part of Akka's machinery, never a choice.</summary>
    public bool IsSystem { get; }

    /// <summary>Canonical slot, or -1 before the first message.</summary>
    public int Slot { get; set; } = -1;

    public Mailbox? Mailbox { get; set; }

    /// <summary>True when the mailbox accepts user messages: created, not suspended, not closed.</summary>
    public bool Open { get; set; }

    public bool Closed { get; private set; }

    /// <summary>What the ready set currently counts for this receiver.</summary>
    public int Reported { get; set; }

    public int Count { get; private set; }

    public bool HasMessages
    {
        get
        {
            Open = true;
            _kernel.Refresh(this);
            return false;
        }
    }

    /// <summary>Crashes of the actor in this run.</summary>
    public int Crashes { get; set; }

    /// <summary>Slot of the only sender whose messages are taken, or <see cref="Anyone"/>.</summary>
    public int OnlyFrom { get; set; } = Anyone;

    /// <summary>True when at most one sender's messages can be taken now, whatever arrives.</summary>
    public bool Exclusive => _front.Count > 0 || OnlyFrom != Anyone;

    /// <summary>Lanes that could deliver now. Unstashed messages leave no choice: they come first, in their own order.</summary>
    public int EnabledLanes =>
        !Open || IsSystem ? 0
        : OnlyFrom != Anyone ? FrontIndex() >= 0 ? 1 : WaitingFrom(OnlyFrom)
        : _front.Count > 0 ? 1
        : _nonEmpty;

    public void Enqueue(IActorRef receiver, Envelope envelope) => _kernel.Enqueue(this, envelope);

    public void EnqueueFirst(Envelope envelope) => _kernel.EnqueueFirst(this, envelope);

    public void Add(in Envelope envelope, long cause, long arrived)
    {
        Lane lane = _lastLane is { } last && ReferenceEquals(last.Sender, envelope.Sender) ? last
            : IsSystem ? OutsideLane()
            : LaneOf(envelope.Sender);
        lane.Add(envelope, cause, arrived);
        Count++;
        if (lane.Count == 1)
        {
            _nonEmpty++;
            _laneBits[lane.Index >> 6] |= 1UL << (lane.Index & 63);
        }
    }

    /// <summary>Adds a message that was taken from a lane to the side lane of the same sender.</summary>
    public void AddAside(Lane main, in Envelope envelope, long cause, long arrived)
    {
        Lane side = main.Side ??= Insert(new Lane(main.Sender, main.SenderSlot, main));
        side.Add(envelope, cause, arrived);
        Count++;
        if (side.Count == 1)
        {
            _nonEmpty++;
            _laneBits[side.Index >> 6] |= 1UL << (side.Index & 63);
        }
    }

    public void AddFirst(in Envelope envelope, long cause, long arrived)
    {
        _front.Add(new Pending(envelope, cause, arrived));
        Count++;
    }

    /// <summary>Takes the message of the k-th enabled lane and hands it to the mailbox's next run.</summary>
    public Pending Grant(int k)
    {
        Pending taken;
        int front = FrontIndex();
        if (front >= 0)
        {
            taken = _front[front];
            _front.RemoveAt(front);
        }
        else
        {
            Lane lane = EnabledLane(k);
            taken = lane.Take();
            if (lane.Count == 0)
            {
                _nonEmpty--;
                _laneBits[lane.Index >> 6] &= ~(1UL << (lane.Index & 63));
            }
        }

        Count--;
        _granted = taken.Envelope;
        _hasGrant = true;
        return taken;
    }

    /// <summary>Hands the message of the k-th enabled lane to the mailbox's next run and keeps it as the lane's first.</summary>
    public Pending GrantCopy(int k)
    {
        Pending copied = EnabledLane(k).First;
        _granted = copied.Envelope;
        _hasGrant = true;
        return copied;
    }

    /// <summary>Hands another message to the mailbox's next run than the one that was granted.</summary>
    public void Regrant(in Envelope envelope) => _granted = envelope;

    /// <summary>True when a granted message was not taken: the mailbox refused to run it.</summary>
    public bool GrantUnused => _hasGrant;

    /// <summary>Forgets a grant whose run never took place.</summary>
    public void Revoke()
    {
        _granted = default;
        _hasGrant = false;
    }

    public bool TryDequeue(out Envelope envelope)
    {
        envelope = _granted;
        if (!_hasGrant)
        {
            return false;
        }

        _hasGrant = false;
        _granted = default;
        return true;
    }

    /// <summary>Slot of the sender of the k-th enabled lane.</summary>
    public int EnabledSender(int k) =>
        OnlyFrom != Anyone ? OnlyFrom
        : _front.Count > 0 ? _kernel.SenderSlot(_front[^1].Envelope.Sender)
        : EnabledLane(k).SenderSlot;

    /// <summary>True when the next message is an unstashed one, and so the only choice.</summary>
    public bool FrontFirst => FrontIndex() >= 0;

    /// <summary>Adds the lanes with messages, and what is known of the first of each.</summary>
    public void ListWaiting(List<WaitingLane> waiting)
    {
        for (int i = 0; i < _laneCount; i++)
        {
            if (_lanes[i].Count > 0)
            {
                ref readonly Pending first = ref _lanes[i].First;
                waiting.Add(new WaitingLane(
                    new LaneId(Slot, _lanes[i].SenderSlot, LaneFault.None, _lanes[i].IsSide), first.Cause, first.Arrived));
            }
        }
    }

    /// <summary>A new run counts the faults of the queue from zero.</summary>
    public void ForgetFaults()
    {
        Crashes = 0;
        for (int i = 0; i < _laneCount; i++)
        {
            _lanes[i].ForgetFaults();
        }
    }

    /// <summary>Next message of a lane, without taking it.</summary>
    public bool TryPeek(LaneId id, out Pending next)
    {
        if (_front.Count > 0)
        {
            next = _front[^1];
            return _kernel.SenderSlot(next.Envelope.Sender) == id.Sender;
        }

        foreach (Lane lane in _lanes.AsSpan(0, _laneCount))
        {
            if (lane.SenderSlot == id.Sender && lane.IsSide == id.Side && lane.Count > 0)
            {
                next = lane.First;
                return true;
            }
        }

        next = default;
        return false;
    }

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        Closed = true;
        Open = false;
        OnlyFrom = Anyone;
        _kernel.Closing(this);
        for (int i = _front.Count - 1; i >= 0; i--)
        {
            deadletters.Enqueue(owner, _front[i].Envelope);
        }

        for (int i = 0; i < _laneCount; i++)
        {
            if (_lanes[i].Count > 0)
            {
                var lane = new LaneId(Slot, _lanes[i].SenderSlot, LaneFault.None, _lanes[i].IsSide);
                _kernel.Strand(lane, _lanes[i].First.Cause, _lanes[i].First.Arrived);
            }

            while (_lanes[i].Count > 0)
            {
                deadletters.Enqueue(owner, _lanes[i].Take().Envelope);
            }
        }

        Clear();
    }

    /// <summary>Forgets all waiting messages and returns how many there were.</summary>
    public int Clear()
    {
        int dropped = Count;
        _front.Clear();
        for (int i = 0; i < _laneCount; i++)
        {
            _lanes[i].Clear();
        }

        Array.Clear(_laneBits);
        _nonEmpty = 0;
        Count = 0;
        _kernel.Refresh(this);
        return dropped;
    }

    /// <summary>Removes the lanes of senders whose slot is forgotten; the queue must be empty.</summary>
    public void ForgetSendersFrom(int slot)
    {
        while (_laneCount > 0 && _lanes[_laneCount - 1].SenderSlot >= slot)
        {
            Lane lane = _lanes[--_laneCount];
            _lanes[_laneCount] = null!;
            _bySender?.Remove(lane.Sender);
        }

        _lastLane = null;
    }

    /// <summary>The lane of the k-th enabled message; it is not an unstashed one.</summary>
    public Lane EnabledLane(int k)
    {
        if (OnlyFrom != Anyone)
        {
            Lane only = LaneFrom(OnlyFrom)!;
            return k > 0 || only.Count == 0 ? only.Side! : only;
        }

        int word = 0;
        ulong bits = _laneBits[0];
        if (_laneBits.Length > 1)
        {
            int here;
            while (k >= (here = BitOperations.PopCount(bits)))
            {
                k -= here;
                bits = _laneBits[++word];
            }
        }

        while (k-- > 0)
        {
            bits &= bits - 1;
        }

        return _lanes[(word << 6) + BitOperations.TrailingZeroCount(bits)];
    }

    /// <summary>Place of the next unstashed message that may be taken, or -1.</summary>
    private int FrontIndex()
    {
        int at = _front.Count - 1;
        while (at >= 0 && OnlyFrom != Anyone && _kernel.SenderSlot(_front[at].Envelope.Sender) != OnlyFrom)
        {
            at--;
        }

        return at;
    }

    /// <summary>How many lanes of a sender hold messages: its own and its side lane.</summary>
    private int WaitingFrom(int slot) =>
        LaneFrom(slot) is { } lane ? (lane.Count > 0 ? 1 : 0) + (lane.Side is { Count: > 0 } ? 1 : 0) : 0;

    /// <summary>The main lane of a sender; it stands before its side lane.</summary>
    private Lane? LaneFrom(int slot)
    {
        foreach (Lane lane in _lanes.AsSpan(0, _laneCount))
        {
            if (lane.SenderSlot == slot)
            {
                return lane;
            }
        }

        return null;
    }

    private Lane LaneOf(IActorRef sender)
    {
        if (_bySender is not null)
        {
            if (_bySender.TryGetValue(sender, out Lane? known))
            {
                return _lastLane = known;
            }
        }
        else
        {
            for (int i = 0; i < _laneCount; i++)
            {
                if (ReferenceEquals(_lanes[i].Sender, sender))
                {
                    return _lastLane = _lanes[i];
                }
            }
        }

        int slot = _kernel.SenderSlot(sender);
        return slot == 0 ? OutsideLane() : _lastLane = Insert(new Lane(sender, slot));
    }

    /// <summary>One lane for every sender that is not an actor: outside, dead letters, temporary refs of Ask.</summary>
    private Lane OutsideLane() =>
        _laneCount > 0 && _lanes[0].SenderSlot == 0 ? _lanes[0] : Insert(new Lane(_kernel.Nobody, 0));

    private Lane Insert(Lane lane)
    {
        if (_laneCount == _lanes.Length)
        {
            Array.Resize(ref _lanes, Math.Max(4, _lanes.Length * 2));
            Array.Resize(ref _laneBits, (_lanes.Length + 63) >> 6);
        }

        int at = _laneCount;
        while (at > 0 && _lanes[at - 1].SenderSlot > lane.SenderSlot)
        {
            at--;
        }

        Array.Copy(_lanes, at, _lanes, at + 1, _laneCount - at);
        _lanes[at] = lane;
        _laneCount++;
        lane.Index = at;
        if (at < _laneCount - 1)
        {
            Renumber(at);
        }

        if (_bySender is not null)
        {
            _bySender[lane.Sender] = lane.Main;
        }
        else if (_laneCount > LinearLanes)
        {
            _bySender = new Dictionary<IActorRef, Lane>(ReferenceEqualityComparer.Instance);
            for (int i = 0; i < _laneCount; i++)
            {
                _bySender[_lanes[i].Sender] = _lanes[i].Main;
            }
        }

        return lane;
    }

    private void Renumber(int from)
    {
        for (int i = from; i < _laneCount; i++)
        {
            _lanes[i].Index = i;
            ulong bit = 1UL << (i & 63);
            if (_lanes[i].Count > 0)
            {
                _laneBits[i >> 6] |= bit;
            }
            else
            {
                _laneBits[i >> 6] &= ~bit;
            }
        }
    }
}
