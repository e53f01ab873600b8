using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Translation;

/// <summary>First-level page walk of four levels for user requests. Sets A on the way and D in a leaf that is written.</summary>
/// <remarks>VT-d specification §3.6 and §9.7; the order of the checks at a level is QEMU's: P, U/S, R/W, reserved bits.</remarks>
internal sealed class FirstLevelWalker(VtdOptions options, IGuestMemory memory)
{
    private const int Levels = 4;
    private readonly ulong _addressMask = ((1UL << options.HostAddressWidth) - 1) & ~0xfffUL;
    private readonly ulong _beyond = 0x000fffff_fffff000UL & ~((1UL << options.HostAddressWidth) - 1);
    private readonly int _largestLeaf = options.FirstLevelGiantPages ? 3 : 2;

    /// <summary>Walks from <paramref name="root"/>; <paramref name="wanted"/> is not empty.</summary>
    public Walked Walk(GuestPhysical root, Iova address, Permission wanted)
    {
        // Canonical: bits 63:47 are equal.
        if ((long)address.Value >> 47 is not (0 or -1)) return Refused(FaultReason.NotCanonical);
        var writes = (wanted & Permission.Write) != 0;
        var allowed = Permission.ReadWrite;
        var table = root.Value;
        for (var level = Levels; ; level--)
        {
            var shift = 12 + (9 * (level - 1));
            var at = new GuestPhysical(table + (((address.Value >> shift) & 511) * 8));
            if (!memory.TryRead64(at, out var entry))
                return Refused(level == Levels ? FaultReason.FirstLevelTopUnreadable : FaultReason.FirstLevelUnreadable);
            if ((entry & FirstLevelEntry.Present) == 0) return Refused(FaultReason.FirstLevelNotPresent);
            if ((entry & FirstLevelEntry.User) == 0) return Refused(FaultReason.SupervisorPage);
            if ((entry & FirstLevelEntry.Writable) == 0)
            {
                if (writes) return Refused(FaultReason.FirstLevelWriteDenied);
                allowed = Permission.Read;
            }

            var leaf = level == 1 || ((entry & FirstLevelEntry.PageSize) != 0 && level <= _largestLeaf);
            var offsets = (1UL << shift) - 1;
            // Bit 12 of a large leaf is PAT; PS is reserved where no page can be that large.
            var reserved = _beyond | (leaf ? offsets & ~0x1fffUL & _addressMask : FirstLevelEntry.PageSize);
            if ((entry & reserved) != 0) return Refused(FaultReason.FirstLevelReserved);
            var marked = entry | FirstLevelEntry.Accessed | (leaf && writes ? FirstLevelEntry.Dirty : 0);
            if (marked != entry && !memory.TryWrite64(at, marked)) return Refused(FaultReason.AccessedUpdateFailed);
            if (!leaf)
            {
                table = entry & _addressMask;
                continue;
            }

            // A write through an entry that a read has cached would leave D clear: it is walked anew. QEMU does not mind.
            if (!options.QemuQuirks && (marked & FirstLevelEntry.Dirty) == 0) allowed = Permission.Read;
            var page = entry & _addressMask & ~offsets;
            if (InterruptRange.Touches(page, offsets)) return Refused(FaultReason.ScalableInterruptRange);
            return new Walked(FaultReason.None, new IotlbEntry(new GuestPhysical(page), default, allowed, (byte)level, FirstLevel: true));
        }
    }

    private static Walked Refused(FaultReason reason) => new(reason, default);
}
