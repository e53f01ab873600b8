using VIommuActors.Vtd;

namespace VIommuActors.Guest.Driver;

/// <summary>
/// Page frames of a guest. Given back last, given out first: the frame a driver has just unmapped is the next one in use, which is
/// the hardest case for a stale translation.
/// </summary>
public sealed class GuestHeap(ulong from, ulong to)
{
    private readonly Dictionary<ulong, Stack<GuestPhysical>> _free = [];
    private ulong _next = from;

    /// <summary>Takes a block of <paramref name="bytes"/> (a power of two, at least 4 KiB), aligned to its size.</summary>
    /// <exception cref="Cpu.GuestPanicException">The RAM is used up.</exception>
    public GuestPhysical Take(ulong bytes = 4096)
    {
        lock (_free)
        {
            if (_free.TryGetValue(bytes, out var free) && free.TryPop(out var block)) return block;
            var aligned = (_next + bytes - 1) & ~(bytes - 1);
            if (aligned + bytes > to) throw new Cpu.GuestPanicException($"out of memory: no block of {bytes} bytes left below 0x{to:x}");
            _next = aligned + bytes;
            return new GuestPhysical(aligned);
        }
    }

    /// <summary>Gives a block back.</summary>
    public void Return(GuestPhysical block, ulong bytes = 4096)
    {
        lock (_free)
        {
            if (!_free.TryGetValue(bytes, out var free)) _free.Add(bytes, free = new Stack<GuestPhysical>());
            free.Push(block);
        }
    }
}
