using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Protocols.Ats;

/// <summary>
/// One translation a device holds: <paramref name="Base"/> and
/// <paramref name="Address"/> are aligned to <paramref name="Mask"/> + 1.
/// </summary>
internal readonly record struct TlbEntry(ulong Base, ulong Address, ulong Mask, Permission Allowed)
{
    public bool Overlaps(Iova from, ulong pages)
    {
        if (pages >= 1UL << 52) return true;
        // Last bytes, not ends: the end of the topmost page does not fit into 64 bits.
        return Base <= from.Value + (pages << 12) - 1 && from.Value <= Base + Mask;
    }
}

/// <summary>A device's translation cache: bounded, oldest entry out first; with capacity 0 it keeps nothing.</summary>
internal sealed class DeviceTlb(int capacity)
{
    private static readonly ulong[] Masks = [0xfff, 0x1f_ffff, 0x3fff_ffff];

    private readonly Dictionary<(ulong Base, ulong Mask), TlbEntry> _entries = [];
    private readonly Queue<(ulong Base, ulong Mask)> _age = new();

    public bool TryGet(Iova iova, Permission wanted, out TlbEntry entry)
    {
        foreach (var mask in Masks)
        {
            if (_entries.TryGetValue((iova.Value & ~mask, mask), out entry) && entry.Allowed.HasFlag(wanted)) return true;
        }
        entry = default;
        return false;
    }

    public void Add(in TlbEntry entry)
    {
        if (capacity == 0) return;
        var key = (entry.Base, entry.Mask);
        if (!_entries.ContainsKey(key))
        {
            while (_entries.Count >= capacity) _entries.Remove(_age.Dequeue());
            _age.Enqueue(key);
        }
        _entries[key] = entry;
    }

    public void Drop(Iova from, ulong pages)
    {
        // In order of age, so that nothing depends on the order of a hash table.
        for (var left = _age.Count; left > 0; left--)
        {
            var key = _age.Dequeue();
            if (_entries[key].Overlaps(from, pages)) _entries.Remove(key);
            else _age.Enqueue(key);
        }
    }
}
