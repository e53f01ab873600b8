using System.Runtime.CompilerServices;

namespace VIommuActors.Vtd.Translation;

/// <summary>A cached translation of one page.</summary>
/// <param name="Page">Guest-physical address of the page, aligned to its size.</param>
/// <param name="Domain">Domain id of the context entry it was walked under.</param>
/// <param name="Allowed">AND of the permissions of all levels.</param>
/// <param name="Level">1 = 4 KiB, 2 = 2 MiB, 3 = 1 GiB.</param>
/// <param name="FirstLevel">Walked in first-level tables.</param>
public readonly record struct IotlbEntry(GuestPhysical Page, DomainId Domain, Permission Allowed, byte Level, bool FirstLevel = false)
{
    /// <summary>Page size − 1.</summary>
    public ulong Mask => (0x1000UL << (9 * (Level - 1))) - 1;
}

/// <summary>
/// Translation cache: tagged with source id, page number and level, with the domain id as an attribute that invalidations match.
/// A full cache is emptied before the next entry goes in, as QEMU's is.
/// </summary>
/// <remarks>
/// Devices that share a domain id do not share entries. A superpage is one entry, dropped by an invalidation of any page in it.
/// </remarks>
public sealed class Iotlb
{
    private const int Levels = 3;
    private const int AddressBits = 48;

    private readonly DenseMap<IotlbEntry> _entries;
    private int _level1, _level2, _level3;

    /// <summary>An empty cache for at most <paramref name="capacity"/> entries; memory grows to that bound as it fills.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Capacity below 1.</exception>
    public Iotlb(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _entries = new DenseMap<IotlbEntry>(capacity);
    }

    /// <summary>Entries held.</summary>
    public int Count => _entries.Count;

    /// <summary>Entries lost because the cache was full.</summary>
    public long Evictions { get; private set; }

    /// <summary>Finds the translation of a page. Only page sizes that are present are probed, small pages first.</summary>
    public bool TryLookup(SourceId source, Iova address, out IotlbEntry entry)
    {
        if (address.Value >> AddressBits == 0)
        {
            if (_level1 > 0 && TryFind(source, address, 1, out entry)) return true;
            if (_level2 > 0 && TryFind(source, address, 2, out entry)) return true;
            if (_level3 > 0 && TryFind(source, address, 3, out entry)) return true;
        }

        entry = default;
        return false;
    }

    /// <summary>Adds or replaces the translation of the page that holds <paramref name="address"/> (below 2^48).</summary>
    public void Insert(SourceId source, Iova address, in IotlbEntry entry)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(address.Value, 1UL << AddressBits, nameof(address));
        if (entry.Level is < 1 or > Levels) throw new ArgumentOutOfRangeException(nameof(entry), entry.Level, "Levels are 1 to 3.");
        var key = Key(source, address, entry.Level);
        var at = _entries.Find(key);
        if (at >= 0)
        {
            _entries.At(at) = entry;
            return;
        }

        if (_entries.Full)
        {
            Evictions += Count;
            InvalidateAll();
        }

        _entries.Add(key, entry);
        CountOf(entry.Level)++;
    }

    /// <summary>Drops everything.</summary>
    public void InvalidateAll()
    {
        _entries.Clear();
        _level1 = _level2 = _level3 = 0;
    }

    /// <summary>Drops every entry of a domain.</summary>
    public void InvalidateDomain(DomainId domain)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
            if (_entries.At(i).Domain == domain) RemoveAt(i);
    }

    /// <summary>
    /// Drops every entry of a domain that overlaps 2^<paramref name="addressMask"/> pages around <paramref name="address"/> (0 to 52;
    /// address bits below the range are ignored). First-level entries all go, unless the command can name their pages.
    /// </summary>
    public void InvalidatePages(DomainId domain, Iova address, int addressMask, bool firstLevelByPage = false)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            ref var entry = ref _entries.At(i);
            if (entry.Domain != domain) continue;
            if (entry.FirstLevel && !firstLevelByPage)
            {
                RemoveAt(i);
                continue;
            }

            // Both ranges are aligned to their size, so they overlap exactly when they agree above the larger of the two.
            var shift = 12 + 9 * (entry.Level - 1);
            var first = (_entries.KeyAt(i) & PageNumberMask) << shift;
            var common = Math.Max(shift, 12 + addressMask);
            if (common >= 64 || (first ^ address.Value) >> common == 0) RemoveAt(i);
        }
    }

    private const ulong PageNumberMask = (1UL << (AddressBits - 12)) - 1;

    private static ulong Key(SourceId source, Iova address, int level) =>
        (address.Value >> (12 + 9 * (level - 1))) | ((ulong)source.Value << 36) | ((ulong)level << 52);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryFind(SourceId source, Iova address, int level, out IotlbEntry entry)
    {
        var at = _entries.Find(Key(source, address, level));
        entry = at >= 0 ? _entries.At(at) : default;
        return at >= 0;
    }

    private void RemoveAt(int index)
    {
        CountOf(_entries.At(index).Level)--;
        _entries.RemoveAt(index);
    }

    private ref int CountOf(byte level)
    {
        if (level == 1) return ref _level1;
        if (level == 2) return ref _level2;
        return ref _level3;
    }
}
