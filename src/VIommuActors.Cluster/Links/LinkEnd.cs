using System.Collections.Immutable;
using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Links;

/// <summary>
/// One end of the link between the halves of a machine, for one session: every message arrives once and in the order it was sent, over a
/// network that may lose, double and reorder. What the parties do synchronously on one host must not get lost on two.
/// </summary>
/// <remarks>
/// A plain object: it sends nothing and knows no clock. Frames are numbered from 1 in each direction; an acknowledgement says that
/// everything up to a number has arrived, and rides on frames that go the other way. Not thread-safe.
/// </remarks>
public sealed class LinkEnd(int vm, long session)
{
    /// <summary>What this end can do, as <see cref="OpenSession.Link"/> counts it.</summary>
    public const int Version = 2;

    /// <summary>Frames that may be unacknowledged; a machine that wants more has lost its peer.</summary>
    public const int Window = 65_536;

    /// <summary>Frames kept that came before one that is missing.</summary>
    public const int Ahead = 4_096;

    /// <summary>Frames that are sent again at one time.</summary>
    public const int Burst = 64;

    /// <summary>Frames received without an answer after which an acknowledgement goes by itself.</summary>
    public const int AckEvery = 32;

    /// <summary>How long an acknowledgement is waited for the first time, in nanoseconds; twice as long each further time.</summary>
    public const long FirstTimeoutNs = 200_000_000;

    /// <summary>The longest wait between two sendings of a frame.</summary>
    public const long LongestTimeoutNs = 2_000_000_000;

    private readonly Queue<Waiting> _unacked = new();
    private readonly SortedDictionary<long, LinkFrame> _ahead = [];
    private long _next = 1, _expected = 1, _lastAck = -1;
    private int _owed;

    /// <summary>The session.</summary>
    public long Session => session;

    /// <summary>Frames that wait for their acknowledgement.</summary>
    public int Unacked => _unacked.Count;

    /// <summary>True when nothing more can be sent.</summary>
    public bool IsFull => _unacked.Count >= Window;

    /// <summary>Frames that arrived more than once.</summary>
    public long Doubled { get; private set; }

    /// <summary>Numbers a message; the frame is kept until it is acknowledged.</summary>
    /// <exception cref="InvalidOperationException">The window is full.</exception>
    public LinkFrame Send(
        NodeId to, Message message, ImmutableArray<SlotImage> slots, ImmutableArray<ClockEntry> clock, long nowNs)
    {
        if (IsFull) throw new InvalidOperationException($"{Window} frames are unacknowledged.");
        var frame = new LinkFrame(vm, session, _next++, _expected - 1, to, message, slots, clock);
        _owed = 0;
        _unacked.Enqueue(new Waiting(frame) { DueNs = nowNs + FirstTimeoutNs });
        return frame;
    }

    /// <summary>Takes a frame of this session. What can be handled now, in order, is added to <paramref name="ready"/>.</summary>
    public void Take(LinkFrame frame, List<LinkFrame> ready)
    {
        Acked(frame.Acked);
        _owed++;
        if (frame.Sequence < _expected)
        {
            Doubled++;
            return;
        }
        if (frame.Sequence > _expected)
        {
            // One before it is missing: say so at once. What is too far ahead is not kept, it is sent again.
            _owed = AckEvery;
            if (_ahead.Count < Ahead && !_ahead.TryAdd(frame.Sequence, frame)) Doubled++;
            return;
        }
        ready.Add(frame);
        _expected++;
        while (_ahead.Remove(_expected, out var next))
        {
            ready.Add(next);
            _expected++;
        }
    }

    /// <summary>Everything up to <paramref name="sequence"/> has arrived. A number that was never sent says nothing.</summary>
    public void Acked(long sequence)
    {
        if (sequence >= _next) return;
        while (_unacked.TryPeek(out var first) && first.Frame.Sequence <= sequence) _unacked.Dequeue();
    }

    /// <summary>
    /// An acknowledgement by itself. One that says no more than the last although there is more means that the next frame is missing
    /// there while later ones came: it is due at once.
    /// </summary>
    public void Take(LinkAck ack)
    {
        if (ack.Acked == _lastAck && _unacked.TryPeek(out var missing) && missing.Frame.Sequence == ack.Acked + 1
            && missing.TimeoutNs == FirstTimeoutNs)
        {
            missing.DueNs = 0;
        }
        _lastAck = ack.Acked;
        Acked(ack.Acked);
    }

    /// <summary>Adds to <paramref name="again"/> what has waited too long, oldest first, at most <see cref="Burst"/>.</summary>
    public void Due(long nowNs, List<LinkFrame> again)
    {
        var looked = 0;
        foreach (var waiting in _unacked)
        {
            if (looked++ == Burst) return;
            if (waiting.DueNs > nowNs) continue;
            waiting.TimeoutNs = Math.Min(waiting.TimeoutNs * 2, LongestTimeoutNs);
            waiting.DueNs = nowNs + waiting.TimeoutNs;
            again.Add(waiting.Frame with { Acked = _expected - 1 });
            _owed = 0;
        }
    }

    /// <summary>An acknowledgement of what has arrived, be it nothing: the first one begins the session.</summary>
    public LinkAck Acknowledge()
    {
        _owed = 0;
        return new LinkAck(vm, session, _expected - 1);
    }

    /// <summary>The acknowledgement that is owed: at once when many frames came without an answer, else when asked at leisure.</summary>
    public LinkAck? Owed(bool atLeisure) => _owed == 0 || (!atLeisure && _owed < AckEvery) ? null : Acknowledge();

    private sealed class Waiting(LinkFrame frame)
    {
        public LinkFrame Frame { get; } = frame;

        public long DueNs { get; set; }

        public long TimeoutNs { get; set; } = FirstTimeoutNs;
    }
}
