using Akka.Actor;

namespace VIommuActors.Simulation.Internals;

/// <summary>Something that happens at a virtual time: a message to deliver, or a callback of the scheduler.</summary>
internal struct TimedEntry
{
    public IActorRef? Target;
    public object Payload; // the message; a Scheduled when Target is null
    public IActorRef? Sender;
    public long Cause;
}

/// <summary>
/// Priority queue by (due time, sequence). Four-way heap of keys over a slab of entries: nothing is allocated once it has grown.
/// </summary>
internal sealed class TimedQueue
{
    private Key[] _heap = new Key[64];
    private TimedEntry[] _slab = new TimedEntry[64];
    private int[] _free = new int[64];
    private int _freeCount;
    private int _used;
    private const long Late = 1L << 62; // behind everything of the same time that was not added late
    private long _sequence;

    public int Count { get; private set; }

    public long FirstDueNs => _heap[0].DueNs;

    public ref readonly TimedEntry First => ref _slab[_heap[0].Entry];

    public void Add(long dueNs, IActorRef? target, object payload, IActorRef? sender, long cause) =>
        Add(dueNs, target, payload, sender, cause, _sequence++);

    /// <summary>
    /// As <see cref="Add(long, IActorRef?, object, IActorRef?, long)"/>, but behind everything else that is due then, whenever that is
    /// added.
    /// </summary>
    public void AddLate(long dueNs, IActorRef target, object message, IActorRef sender, long cause) =>
        Add(dueNs, target, message, sender, cause, Late | _sequence++);

    private void Add(long dueNs, IActorRef? target, object payload, IActorRef? sender, long cause, long sequence)
    {
        if (Count == _heap.Length && !Purge())
        {
            Array.Resize(ref _heap, Count * 2);
            Array.Resize(ref _slab, Count * 2);
            Array.Resize(ref _free, Count * 2);
        }

        int entry = _freeCount > 0 ? _free[--_freeCount] : _used++;
        ref TimedEntry place = ref _slab[entry];
        place.Target = target;
        place.Payload = payload;
        place.Sender = sender;
        place.Cause = cause;
        SiftUp(Count++, new Key(dueNs, sequence, entry));
    }

    public TimedEntry Take()
    {
        int entry = _heap[0].Entry;
        TimedEntry taken = _slab[entry];
        Release(entry);
        Key last = _heap[--Count];
        if (Count > 0)
        {
            SiftDown(0, last);
        }

        return taken;
    }

    public void Clear()
    {
        Array.Clear(_slab, 0, _used);
        Count = 0;
        _used = 0;
        _freeCount = 0;
        _sequence = 0;
    }

    /// <summary>
    /// Drops cancelled timers, which otherwise stay until due (a receive timeout is
    /// cancelled by every message). True when it halved the queue.
    /// </summary>
    private bool Purge()
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            Key key = _heap[i];
            if (_slab[key.Entry] is { Target: null, Payload: Scheduled { IsCancelled: true } })
            {
                Release(key.Entry);
            }
            else
            {
                _heap[kept++] = key;
            }
        }

        Count = kept;
        for (int i = (kept - 2) >> 2; i >= 0; i--)
        {
            SiftDown(i, _heap[i]);
        }

        return kept <= _heap.Length / 2;
    }

    private void Release(int entry)
    {
        _slab[entry] = default;
        _free[_freeCount++] = entry;
    }

    private void SiftUp(int at, Key key)
    {
        while (at > 0)
        {
            int parent = (at - 1) >> 2;
            if (!key.Before(_heap[parent]))
            {
                break;
            }

            _heap[at] = _heap[parent];
            at = parent;
        }

        _heap[at] = key;
    }

    private void SiftDown(int at, Key key)
    {
        while (true)
        {
            int child = (at << 2) + 1;
            if (child >= Count)
            {
                break;
            }

            int least = child;
            int end = Math.Min(child + 4, Count);
            for (int other = child + 1; other < end; other++)
            {
                if (_heap[other].Before(_heap[least]))
                {
                    least = other;
                }
            }

            if (!_heap[least].Before(key))
            {
                break;
            }

            _heap[at] = _heap[least];
            at = least;
        }

        _heap[at] = key;
    }

    private readonly struct Key(long dueNs, long sequence, int entry)
    {
        public readonly long DueNs = dueNs;
        public readonly int Entry = entry;
        private readonly long _sequence = sequence;

        public bool Before(in Key other) => DueNs < other.DueNs || (DueNs == other.DueNs && _sequence < other._sequence);
    }
}
