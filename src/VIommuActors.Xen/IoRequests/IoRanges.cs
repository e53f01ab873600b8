using VIommuActors.Xen.Hypercalls;

namespace VIommuActors.Xen.IoRequests;

/// <summary>
/// The ranges of one type that one server claims: sorted, disjoint, and merged where they touch, as in Xen's <c>rangeset</c>. Bounds
/// are inclusive.
/// </summary>
internal sealed class IoRanges
{
    /// <summary>Most entries of one set. Source: Xen <c>include/xen/ioreq.h</c>, <c>MAX_NR_IO_RANGES</c>.</summary>
    public const int Limit = 256;

    private readonly List<(ulong Start, ulong End)> _ranges = [];

    /// <summary>Whether one entry holds the whole of start … end.</summary>
    public bool Contains(ulong start, ulong end)
    {
        var index = IndexAtOrBelow(start);
        return index >= 0 && _ranges[index].End >= end;
    }

    /// <summary>Adds a range: EEXIST when any byte of it is there already, ENOMEM when it needs an entry and none is left.</summary>
    public XenErrno Add(ulong start, ulong end)
    {
        var below = IndexAtOrBelow(start);
        var above = below + 1;
        if ((below >= 0 && _ranges[below].End >= start) || (above < _ranges.Count && _ranges[above].Start <= end))
        {
            return XenErrno.EEXIST;
        }

        var continues = below >= 0 && _ranges[below].End + 1 == start;
        if (!continues && _ranges.Count == Limit)
        {
            return XenErrno.ENOMEM;
        }

        var first = continues ? _ranges[below].Start : start;
        var last = end;
        if (above < _ranges.Count && _ranges[above].Start == end + 1)
        {
            last = _ranges[above].End;
            _ranges.RemoveAt(above);
        }

        if (continues)
        {
            _ranges[below] = (first, last);
        }
        else
        {
            _ranges.Insert(above, (first, last));
        }

        return XenErrno.None;
    }

    /// <summary>Removes a range: ENOENT when no entry holds all of it, ENOMEM when splitting needs an entry and none is left.</summary>
    public XenErrno Remove(ulong start, ulong end)
    {
        if (!Contains(start, end))
        {
            return XenErrno.ENOENT;
        }

        var index = IndexAtOrBelow(start);
        var (first, last) = _ranges[index];
        if (first < start && end < last && _ranges.Count == Limit)
        {
            return XenErrno.ENOMEM;
        }

        _ranges.RemoveAt(index);
        if (end < last)
        {
            _ranges.Insert(index, (end + 1, last));
        }

        if (first < start)
        {
            _ranges.Insert(index, (first, start - 1));
        }

        return XenErrno.None;
    }

    /// <summary>Index of the last entry that starts at or below an address, or −1.</summary>
    private int IndexAtOrBelow(ulong address)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].Start <= address ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }
}
