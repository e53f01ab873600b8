namespace VIommuActors.Vtd.Spec;

/// <summary>Invalidate address register: 64 bits, WO, offset ECAP.IRO × 16. Written before a page-selective IOTLB command.</summary>
/// <remarks>
/// VT-d specification, register chapter; the same in Linux <c>intel/iommu.h</c> (<c>DMA_TLB_IVA_*</c>) and Xen <c>vtd/iommu.h</c>.
/// </remarks>
public readonly record struct Iva(ulong Raw)
{
    private static readonly Bits AmBits = new(0, 6), IhBit = new(6, 1);

    /// <summary>Bits that software can change.</summary>
    public const ulong Writable = 0xffffffff_fffff07fUL;

    /// <summary>ADDR: page address as written; the low AM page bits are ignored.</summary>
    public Iova Address => new(Raw & ~0xfffUL);

    /// <summary>AM: 2^AM pages.</summary>
    public int AddressMask => (int)AmBits.Get(Raw);

    /// <summary>IH: only leaf entries changed.</summary>
    public bool LeafOnly => IhBit.IsSet(Raw);

    /// <summary>The register for 2^<paramref name="addressMask"/> pages around <paramref name="address"/>.</summary>
    public static Iva Of(Iova address, int addressMask, bool leafOnly) =>
        new(address.Page.Value | IhBit.Of(leafOnly) | AmBits.Of((ulong)addressMask));
}
