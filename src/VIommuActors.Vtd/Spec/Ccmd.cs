namespace VIommuActors.Vtd.Spec;

/// <summary>Context command register: 64 bits, offset 0x28. Starts a context-cache invalidation when ICC is written as 1.</summary>
/// <remarks>
/// VT-d specification, register chapter; the same bits in Linux
/// <c>intel/iommu.h</c> (<c>DMA_CCMD_*</c>) and Xen <c>vtd/iommu.h</c>.
/// </remarks>
public readonly record struct Ccmd(ulong Raw)
{
    private static readonly Bits DidBits = new(0, 16), SidBits = new(16, 16), FmBits = new(32, 2);
    private static readonly Bits CaigBits = new(59, 2), CirgBits = new(61, 2), IccBit = new(63, 1);

    /// <summary>Bits that software can change (CAIG is not among them).</summary>
    public const ulong Writable = 0xe0000003_ffffffffUL;

    /// <summary>Bits that read back; SID and FM are write-only.</summary>
    public const ulong Readable = ~0x3_ffff0000UL;

    /// <summary>ICC: set by software, cleared when the flush is complete.</summary>
    public bool Icc => IccBit.IsSet(Raw);

    /// <summary>CIRG: requested granularity; 1 global, 2 domain, 3 device, 0 reserved.</summary>
    public byte Cirg => (byte)CirgBits.Get(Raw);

    /// <summary>CAIG: granularity performed, as CIRG; 0 = request ignored.</summary>
    public byte Caig => (byte)CaigBits.Get(Raw);

    /// <summary>DID of a domain request, or the old domain of a device request.</summary>
    public DomainId Domain => new((ushort)DidBits.Get(Raw));

    /// <summary>SID of a device request.</summary>
    public SourceId Source => new((ushort)SidBits.Get(Raw));

    /// <summary>FM of a device request: how many low function bits are ignored, coded 0–3.</summary>
    public byte FunctionMask => (byte)FmBits.Get(Raw);

    /// <summary>What software polls for: ICC clear, CAIG = granularity performed.</summary>
    public Ccmd Complete(byte performed) => new(CaigBits.Set(IccBit.Set(Raw, 0), performed));

    /// <summary>Command: everything.</summary>
    public static Ccmd InvalidateGlobal() => new(IccBit.Mask | CirgBits.Of(1));

    /// <summary>Command: one domain.</summary>
    public static Ccmd InvalidateDomain(DomainId domain) => new(IccBit.Mask | CirgBits.Of(2) | DidBits.Of(domain.Value));

    /// <summary>Command: one source id under a function mask (0–3).</summary>
    public static Ccmd InvalidateDevice(DomainId domain, SourceId source, byte functionMask) =>
        new(IccBit.Mask | CirgBits.Of(3) | DidBits.Of(domain.Value) | SidBits.Of(source.Value) | FmBits.Of(functionMask));
}
