using Akka.Actor;

namespace VIommuActors.Simulation.Internals;

/// <summary>A message waiting for its receiver, the step it came from, and how often time had moved when it arrived.</summary>
internal struct Pending(Envelope envelope, long cause, long arrived)
{
    public Envelope Envelope = envelope;
    public long Cause = cause;
    public long Arrived = arrived;
}

/// <summary>Ring buffer with the waiting messages of one sender to one receiver.</summary>
/// <param name="sender">The sender.</param>
/// <param name="senderSlot">Its slot.</param>
/// <param name="main">For a side lane the lane that its messages come from; else null.</param>
internal sealed class Lane(IActorRef sender, int senderSlot, Lane? main = null)
{
    private Pending[] _ring = new Pending[4];
    private int _head;

    public IActorRef Sender { get; } = sender;

    public int SenderSlot { get; } = senderSlot;

    /// <summary>Position among the receiver's lanes, which are sorted by sender slot.</summary>
    public int Index { get; set; }

    public int Count { get; private set; }

    /// <summary>The lane that counts the faults of the pair: the main one, for itself and its side lane.</summary>
    public Lane Main => main ?? this;

    /// <summary>True for the messages that were set aside.</summary>
    public bool IsSide => main is not null;

    /// <summary>The side lane, once a message was set aside.</summary>
    public Lane? Side { get; set; }

    /// <summary>Messages lost in this run.</summary>
    public int Drops { get; set; }

    /// <summary>Messages doubled in this run.</summary>
    public int Duplicates { get; set; }

    /// <summary>Messages set aside in this run.</summary>
    public int Reorders { get; set; }

    /// <summary>Messages delayed in this run.</summary>
    public int Delays { get; set; }

    /// <summary>A new run counts from zero.</summary>
    public void ForgetFaults() => (Drops, Duplicates, Reorders, Delays) = (0, 0, 0, 0);

    public void Add(in Envelope envelope, long cause, long arrived)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        ref Pending place = ref _ring[(_head + Count++) & (_ring.Length - 1)];
        place.Envelope = envelope;
        place.Cause = cause;
        place.Arrived = arrived;
    }

    public ref readonly Pending First => ref _ring[_head];

    public Pending Take()
    {
        ref Pending place = ref _ring[_head];
        Pending taken = place;
        place = default; // or the buffer would keep the message alive
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        return taken;
    }

    public void Clear()
    {
        Array.Clear(_ring);
        _head = 0;
        Count = 0;
    }

    private void Grow()
    {
        var wider = new Pending[_ring.Length * 2];
        for (int i = 0; i < Count; i++)
        {
            wider[i] = _ring[(_head + i) & (_ring.Length - 1)];
        }

        _ring = wider;
        _head = 0;
    }
}
