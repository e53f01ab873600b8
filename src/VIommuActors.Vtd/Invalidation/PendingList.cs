using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Invalidation;

/// <summary>Descriptors that were fetched and are not over, in the order of the queue. A ring that grows to the queue's length.</summary>
internal sealed class PendingList
{
    private Item[] _items = new Item[16];
    private int _first;

    public int Count { get; private set; }

    /// <summary>True while a wait with FN=1 is among them. It is the last one: nothing behind it is fetched.</summary>
    public bool Fenced { get; private set; }

    public void AddInvalidation(InvalidationId id, SourceId? device) =>
        Add(new Item { Id = id.Value, Device = device });

    /// <summary>Adds a wait; <paramref name="lastId"/> keeps the ids of the list sorted.</summary>
    public void AddWait(in InvalidationDescriptor wait, InvalidationId lastId)
    {
        Fenced |= wait.Fence;
        Add(new Item { Id = lastId.Value, Wait = wait });
    }

    /// <summary>Marks an invalidation as over; false when there is none under way with this id.</summary>
    public bool Complete(InvalidationId id)
    {
        var at = Find(id);
        if (at < 0) return false;
        At(at).Over = true;
        return true;
    }

    /// <summary>
    /// Marks a device-TLB invalidation as over without success and aborts every wait; false when none is under way with this id.
    /// </summary>
    public bool TimeOut(InvalidationId id, out SourceId device)
    {
        device = default;
        var at = Find(id);
        if (at < 0 || At(at).Device is not { } source) return false;
        device = source;
        At(at).Over = true;
        for (var i = 0; i < Count; i++)
            if (At(i).Wait is not null) At(i).Over = true;
        Fenced = false;
        return true;
    }

    /// <summary>Takes what is over from the front. Returns true with a wait whose turn has come; call again until false.</summary>
    public bool TryTakeWait(out InvalidationDescriptor wait)
    {
        wait = default;
        while (Count > 0)
        {
            var item = At(0);
            if (!item.Over && item.Wait is null) return false;
            At(0) = default;
            _first = (_first + 1) & (_items.Length - 1);
            Count--;
            if (item.Over) continue;
            wait = item.Wait.GetValueOrDefault();
            if (wait.Fence) Fenced = false;
            return true;
        }

        return false;
    }

    public void Clear()
    {
        Array.Clear(_items);
        _first = Count = 0;
        Fenced = false;
    }

    private ref Item At(int index) => ref _items[(_first + index) & (_items.Length - 1)];

    private void Add(in Item item)
    {
        if (Count == _items.Length)
        {
            var larger = new Item[_items.Length * 2];
            for (var i = 0; i < Count; i++) larger[i] = At(i);
            (_items, _first) = (larger, 0);
        }

        Count++;
        At(Count - 1) = item;
    }

    private int Find(InvalidationId id)
    {
        // A wait carries the id before it, so an invalidation is the first item with its own id.
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (At(middle).Id < id.Value) low = middle + 1;
            else high = middle;
        }

        return low < Count && At(low) is { Wait: null, Over: false } item && item.Id == id.Value ? low : -1;
    }

    private struct Item
    {
        public long Id;
        public SourceId? Device;
        public InvalidationDescriptor? Wait;
        public bool Over;
    }
}
