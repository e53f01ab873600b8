using VIommuActors.Vtd.Translation;

namespace VIommuActors.Vtd.Spec;

/// <summary>Second-level paging entry: 64 bits, 512 in a table of any level.</summary>
/// <remarks>VT-d specification §9.8; the same in Linux <c>intel/iommu.h</c> (<c>DMA_PTE_*</c>) and Xen <c>vtd/iommu.h</c>.</remarks>
public readonly record struct SecondLevelEntry(ulong Raw)
{
    /// <summary>PS, bit 7: a leaf at level 2 (2 MiB) or 3 (1 GiB).</summary>
    public const ulong PageSizeBit = 1UL << 7;

    /// <summary>SNP, bit 11: reserved unless ECAP.SC, and in entries that point to a table.</summary>
    public const ulong SnoopBit = 1UL << 11;

    /// <summary>TM, bit 62: reserved without device TLBs, and in entries that point to a table.</summary>
    public const ulong TransientBit = 1UL << 62;

    /// <summary>R and W.</summary>
    public Permission Permission => (Permission)(Raw & 3);

    /// <summary>True when the walk goes no further at <paramref name="level"/> (1 = last).</summary>
    public bool IsLeaf(int level) => level == 1 || (level <= 3 && (Raw & PageSizeBit) != 0);

    /// <summary>Address of the next table or of the page, for <paramref name="hostAddressWidth"/> address bits.</summary>
    public GuestPhysical Address(int hostAddressWidth) => new(Raw & ((1UL << hostAddressWidth) - 1) & ~0xfffUL);

    /// <summary>An entry that points to the next table. Both permissions unless told otherwise: the leaf decides.</summary>
    public static SecondLevelEntry Table(GuestPhysical table, Permission permission = Permission.ReadWrite) =>
        new((table.Value & ~0xfffUL) | (ulong)permission);

    /// <summary>
    /// An entry that maps a page of 4 KiB, 2 MiB or 1 GiB for <paramref name="level"/> 1, 2 or 3; <paramref name="page"/> is aligned to it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Another level.</exception>
    public static SecondLevelEntry Leaf(GuestPhysical page, Permission permission, int level = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 3);
        return new SecondLevelEntry((page.Value & ~0xfffUL) | (level > 1 ? PageSizeBit : 0) | (ulong)permission);
    }

    /// <summary>Index into the table of <paramref name="level"/> for an address.</summary>
    public static int Index(Iova address, int level) => (int)(address.Value >> (12 + 9 * (level - 1))) & 511;

    /// <summary>Where the entry for an address stands in the table of <paramref name="level"/>.</summary>
    public static GuestPhysical AddressIn(GuestPhysical table, Iova address, int level) =>
        new(table.Value + (ulong)Index(address, level) * 8);
}
