using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Translation;

/// <summary>What a walk found.</summary>
/// <param name="Fault"><see cref="FaultReason.None"/> when <paramref name="Entry"/> is valid.</param>
/// <param name="Entry">Page, permission and level; the domain is the caller's.</param>
public readonly record struct Walked(FaultReason Fault, IotlbEntry Entry);

/// <summary>Second-level page walk. Reads guest memory, changes nothing, allocates nothing.</summary>
/// <remarks>
/// VT-d specification §3.7 and §9.8. The permission test comes before the reserved-bit test at every level, as in QEMU, so an entry that is
/// not present is never "reserved". An output page that touches the interrupt range is refused as a whole, because the answer is cached.
/// </remarks>
public sealed class SecondLevelWalker
{
    private readonly IGuestMemory _memory;
    private readonly FaultReason _topUnreadable;
    private readonly ulong _addressMask;
    private readonly ulong _tableReserved, _leafReserved;

    /// <summary>A walker for the tables of a unit with <paramref name="options"/>.</summary>
    public SecondLevelWalker(VtdOptions options, IGuestMemory memory)
    {
        _memory = memory;
        _topUnreadable = options.QemuQuirks ? FaultReason.ContextInvalid : FaultReason.PagingEntryUnreadable;
        _addressMask = ((1UL << options.HostAddressWidth) - 1) & ~0xfffUL;
        // Bits 61:52 and 63 are ignored everywhere; address bits that the host does not have are reserved.
        var beyond = 0x000fffff_fffff000UL & ~_addressMask;
        _tableReserved = beyond | SecondLevelEntry.SnoopBit | SecondLevelEntry.TransientBit;
        _leafReserved = beyond
            | (options.SnoopControl || options.ScalableMode ? 0 : SecondLevelEntry.SnoopBit)
            | (options.DeviceTlb ? 0 : SecondLevelEntry.TransientBit);
    }

    /// <summary>
    /// Walks <paramref name="levels"/> (3 or 4) levels from <paramref name="root"/>. <paramref name="wanted"/> is not empty; when a level
    /// lacks write and read alike, the write is reported.
    /// </summary>
    public Walked Walk(GuestPhysical root, int levels, Iova address, Permission wanted)
    {
        var table = root.Value;
        var need = (ulong)wanted;
        var allowed = (ulong)Permission.ReadWrite;
        var shift = 12 + 9 * (levels - 1);
        for (var level = levels; ; level--, shift -= 9)
        {
            if (!_memory.TryRead64(new GuestPhysical(table + ((address.Value >> shift) & 511) * 8), out var entry))
                return new Walked(level == levels ? _topUnreadable : FaultReason.PagingEntryUnreadable, default);
            var missing = need & ~entry;
            if (missing != 0)
                return new Walked((missing & (ulong)Permission.Write) != 0 ? FaultReason.WriteDenied : FaultReason.ReadDenied, default);
            allowed &= entry;
            if (level == 1 || ((entry & SecondLevelEntry.PageSizeBit) != 0 && level <= 3))
                return Leaf(entry, level, shift, (Permission)allowed);
            // PS is reserved where no page can be that large.
            if ((entry & (_tableReserved | SecondLevelEntry.PageSizeBit)) != 0) return new Walked(FaultReason.PagingReserved, default);
            table = entry & _addressMask;
        }
    }

    private Walked Leaf(ulong entry, int level, int shift, Permission allowed)
    {
        var offsets = (1UL << shift) - 1;
        if ((entry & (_leafReserved | (offsets & ~0xfffUL))) != 0) return new Walked(FaultReason.PagingReserved, default);
        var page = entry & _addressMask;
        if (InterruptRange.Touches(page, offsets)) return new Walked(FaultReason.InterruptRange, default);
        return new Walked(FaultReason.None, new IotlbEntry(new GuestPhysical(page), default, allowed, (byte)level));
    }
}
