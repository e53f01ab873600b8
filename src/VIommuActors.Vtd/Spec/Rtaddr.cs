namespace VIommuActors.Vtd.Spec;

/// <summary>
/// Root table address register: 64 bits, RW, offset 0x20. RTA 63:12, TTM 11:10 (0 legacy, 1 scalable, 2 reserved, 3 abort).
/// </summary>
/// <remarks>VT-d specification, register chapter; Linux <c>intel/iommu.h</c> (<c>DMA_RTADDR_*</c>), QEMU <c>VTD_RTADDR_*</c>.</remarks>
public readonly record struct Rtaddr(ulong Raw)
{
    /// <summary>Bits that software can change.</summary>
    public const ulong Writable = ~0x3ffUL;

    /// <summary>Guest-physical address of the root table.</summary>
    public GuestPhysical Table => new(Raw & ~0xfffUL);

    /// <summary>TTM.</summary>
    public int Mode => (int)(Raw >> 10) & 3;

    /// <summary>The register for a root table at <paramref name="table"/> (4 KiB aligned) in legacy mode.</summary>
    public static Rtaddr Legacy(GuestPhysical table) => new(table.Value & ~0xfffUL);
}
