namespace VIommuActors.Vtd.Spec;

/// <summary>Root entry, legacy mode: 128 bits, 256 of them in the root table, indexed by bus.</summary>
/// <remarks>VT-d specification §9.1; the same in Linux <c>intel/iommu.h</c> (<c>root_entry</c>) and QEMU (<c>VTDRootEntry</c>).</remarks>
public readonly record struct RootEntry(ulong Low, ulong High)
{
    /// <summary>Bytes of one entry.</summary>
    public const ulong Size = 16;

    /// <summary>P.</summary>
    public bool Present => (Low & 1) != 0;

    /// <summary>CTP: guest-physical address of the bus's context table.</summary>
    public GuestPhysical ContextTable => new(Low & ~0xfffUL);

    /// <summary>True when a reserved bit is set for a unit with <paramref name="hostAddressWidth"/> address bits.</summary>
    public bool HasReserved(int hostAddressWidth) => (Low & ReservedLow(hostAddressWidth)) != 0 || High != 0;

    /// <summary>Where the entry of <paramref name="bus"/> stands.</summary>
    public static GuestPhysical AddressIn(GuestPhysical rootTable, byte bus) => new(rootTable.Value + bus * Size);

    /// <summary>A present entry for a context table (4 KiB aligned).</summary>
    public static RootEntry Legacy(GuestPhysical contextTable) => new((contextTable.Value & ~0xfffUL) | 1, 0);

    private static ulong ReservedLow(int hostAddressWidth) => 0xffeUL | (ulong.MaxValue << hostAddressWidth);
}
