namespace VIommuActors.Vtd.Translation;

/// <summary>
/// Hash table whose entries lie side by side in insertion order until one is removed, whose place the last one takes. Looking up, adding
/// and removing allocate nothing once the arrays have grown to the bound; walking the entries is a walk over an array.
/// </summary>
internal sealed class DenseMap<TValue>
    where TValue : struct
{
    private const int FirstLength = 8; // a guest among thousands uses few of its entries

    private readonly int _capacity;
    private int[] _buckets; // index of the chain's first slot, plus one
    private Slot[] _slots;
    private int _shift;

    public DenseMap(int capacity)
    {
        _capacity = capacity;
        _slots = new Slot[Math.Min(FirstLength, capacity)];
        _buckets = [];
        Rebucket();
    }

    public int Count { get; private set; }

    public bool Full => Count == _capacity;

    public ulong KeyAt(int index) => _slots[index].Key;

    public ref TValue At(int index) => ref _slots[index].Value;

    /// <summary>Index of the entry with <paramref name="key"/>, or −1.</summary>
    public int Find(ulong key)
    {
        var slots = _slots;
        var at = _buckets[Bucket(key)] - 1;
        while ((uint)at < (uint)slots.Length)
        {
            ref var slot = ref slots[at];
            if (slot.Key == key) return at;
            at = slot.Next;
        }

        return -1;
    }

    /// <summary>Adds a key that is not there; the table must not be <see cref="Full"/>.</summary>
    public void Add(ulong key, in TValue value)
    {
        if (Count == _slots.Length)
        {
            Array.Resize(ref _slots, Math.Min(_slots.Length * 2, _capacity));
            Rebucket();
        }

        _slots[Count] = new Slot { Key = key, Value = value };
        Link(Count++);
    }

    public void RemoveAt(int index)
    {
        Unlink(index);
        var last = --Count;
        if (index == last) return;
        Unlink(last);
        _slots[index] = _slots[last];
        Link(index);
    }

    public void Clear()
    {
        if (Count == 0) return;
        Array.Clear(_buckets);
        Count = 0;
    }

    private int Bucket(ulong key) => (int)((key * 0x9e3779b97f4a7c15UL) >> _shift);

    private void Rebucket()
    {
        var bits = System.Numerics.BitOperations.Log2((uint)_slots.Length * 2 - 1) + 1;
        _buckets = new int[1 << bits];
        _shift = 64 - bits;
        for (var i = 0; i < Count; i++) Link(i);
    }

    private void Link(int index)
    {
        ref var head = ref _buckets[Bucket(_slots[index].Key)];
        _slots[index].Next = head - 1;
        head = index + 1;
    }

    private void Unlink(int index)
    {
        ref var slot = ref _slots[index];
        ref var head = ref _buckets[Bucket(slot.Key)];
        if (head == index + 1)
        {
            head = slot.Next + 1;
            return;
        }

        var before = head - 1;
        while (_slots[before].Next != index) before = _slots[before].Next;
        _slots[before].Next = slot.Next;
    }

    private struct Slot
    {
        public ulong Key;
        public TValue Value;
        public int Next;
    }
}
