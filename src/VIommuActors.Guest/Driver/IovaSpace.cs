using VIommuActors.Vtd;

namespace VIommuActors.Guest.Driver;

/// <summary>
/// I/O virtual addresses of one domain: top-down from below 4 GiB, sizes rounded up to powers of two, freed ranges reused last in,
/// first out, as Linux's per-CPU magazines do. The interrupt range 0xfee00000–0xfeefffff is never given out.
/// </summary>
/// <remarks>Linux <c>drivers/iommu/iova.c</c>, <c>dma-iommu.c</c>.</remarks>
public sealed class IovaSpace
{
    private const ulong Top = 1UL << 32, InterruptFrom = 0xfee0_0000, InterruptTo = 0xfef0_0000;

    private readonly Dictionary<ulong, Stack<Iova>> _free = [];
    private ulong _lowest = Top;

    /// <summary>Takes a range for <paramref name="bytes"/>, aligned to its rounded size.</summary>
    /// <exception cref="Cpu.GuestPanicException">The space below 4 GiB is used up.</exception>
    public Iova Take(ulong bytes)
    {
        var size = Rounded(bytes);
        lock (_free)
        {
            if (_free.TryGetValue(size, out var free) && free.TryPop(out var range)) return range;
            var start = (_lowest - size) & ~(size - 1);
            if (start < InterruptTo && start + size > InterruptFrom) start = (InterruptFrom - size) & ~(size - 1);
            if (start == 0 || start > _lowest) throw new Cpu.GuestPanicException("out of I/O virtual addresses below 4 GiB");
            _lowest = start;
            return new Iova(start);
        }
    }

    /// <summary>Gives a range back; only once its invalidation is complete.</summary>
    public void Return(Iova range, ulong bytes)
    {
        var size = Rounded(bytes);
        lock (_free)
        {
            if (!_free.TryGetValue(size, out var free)) _free.Add(size, free = new Stack<Iova>());
            free.Push(range);
        }
    }

    private static ulong Rounded(ulong bytes) => Math.Max(4096, System.Numerics.BitOperations.RoundUpToPowerOf2(bytes));
}
