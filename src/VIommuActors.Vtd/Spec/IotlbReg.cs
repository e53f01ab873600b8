namespace VIommuActors.Vtd.Spec;

/// <summary>IOTLB invalidate register: 64 bits, RW, offset ECAP.IRO × 16 + 8.</summary>
/// <remarks>
/// VT-d specification, register chapter; the same bits in Linux <c>intel/iommu.h</c> and Xen <c>vtd/iommu.h</c> (<c>DMA_TLB_*</c>).
/// </remarks>
public readonly record struct IotlbReg(ulong Raw)
{
    private static readonly Bits DidBits = new(32, 16), DwBit = new(48, 1), DrBit = new(49, 1);
    private static readonly Bits IaigBits = new(57, 2), IirgBits = new(60, 2), IvtBit = new(63, 1);

    /// <summary>Bits that software can change (IAIG is not among them).</summary>
    public const ulong Writable = 0xb003ffff_00000000UL;

    /// <summary>IVT: set by software, cleared when the flush is complete.</summary>
    public bool Ivt => IvtBit.IsSet(Raw);

    /// <summary>IIRG: requested granularity; 1 global, 2 domain, 3 page, 0 reserved.</summary>
    public byte Iirg => (byte)IirgBits.Get(Raw);

    /// <summary>IAIG: granularity performed, as IIRG; 0 = request ignored.</summary>
    public byte Iaig => (byte)IaigBits.Get(Raw);

    /// <summary>DR: drain reads before completion.</summary>
    public bool DrainReads => DrBit.IsSet(Raw);

    /// <summary>DW: drain writes before completion.</summary>
    public bool DrainWrites => DwBit.IsSet(Raw);

    /// <summary>DID of a domain or page request.</summary>
    public DomainId Domain => new((ushort)DidBits.Get(Raw));

    /// <summary>What software polls for: IVT clear, IAIG = granularity performed.</summary>
    public IotlbReg Complete(byte performed) => new(IaigBits.Set(IvtBit.Set(Raw, 0), performed));

    /// <summary>Command: everything.</summary>
    public static IotlbReg InvalidateGlobal(bool drainReads, bool drainWrites) => Command(1, default, drainReads, drainWrites);

    /// <summary>Command: one domain.</summary>
    public static IotlbReg InvalidateDomain(DomainId domain, bool drainReads, bool drainWrites) =>
        Command(2, domain, drainReads, drainWrites);

    /// <summary>Command: the pages named by IVA, of one domain.</summary>
    public static IotlbReg InvalidatePages(DomainId domain, bool drainReads, bool drainWrites) =>
        Command(3, domain, drainReads, drainWrites);

    private static IotlbReg Command(ulong granularity, DomainId domain, bool drainReads, bool drainWrites) =>
        new(IvtBit.Mask | IirgBits.Of(granularity) | DrBit.Of(drainReads) | DwBit.Of(drainWrites) | DidBits.Of(domain.Value));
}
