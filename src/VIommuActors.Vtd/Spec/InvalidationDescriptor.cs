namespace VIommuActors.Vtd.Spec;

/// <summary>Type of a queued invalidation descriptor: bits 11:9 above bits 3:0.</summary>
public enum DescriptorType : byte
{
    /// <summary>Context cache.</summary>
    Context = 1,

    /// <summary>IOTLB.</summary>
    Iotlb = 2,

    /// <summary>Device TLB.</summary>
    DeviceTlb = 3,

    /// <summary>Interrupt entry cache.</summary>
    InterruptEntry = 4,

    /// <summary>Invalidation wait.</summary>
    Wait = 5,

    /// <summary>IOTLB entries of a PASID.</summary>
    PasidIotlb = 6,

    /// <summary>PASID cache.</summary>
    PasidCache = 7,

    /// <summary>Device-TLB entries of a PASID.</summary>
    PasidDeviceTlb = 8,
}

/// <summary>
/// Invalidation descriptor: 128 bits, or the lower half of 256, whose upper half is reserved. Properties decode it, the static methods
/// encode it.
/// </summary>
/// <remarks>
/// VT-d specification §6.5.2; the same fields in Linux <c>intel/iommu.h</c>
/// (<c>QI_*</c>), QEMU (<c>VTD_INV_DESC_*</c>) and Xen <c>vtd/iommu.h</c>.
/// </remarks>
public readonly record struct InvalidationDescriptor(ulong Low, ulong High)
{
    /// <summary>Pages that stand for the whole address space.</summary>
    public const ulong AllPages = 1UL << 52;

    private static readonly Bits GranularityBits = new(4, 2), DomainBits = new(16, 16), SourceBits = new(32, 16),
        FunctionMaskBits = new(48, 2);
    private static readonly Bits DrainWriteBit = new(6, 1), DrainReadBit = new(7, 1), DepthBits = new(16, 5);
    private static readonly Bits AddressMaskBits = new(0, 6), LeafOnlyBit = new(6, 1), SizeBit = new(0, 1);
    private static readonly Bits InterruptBit = new(4, 1), StatusWriteBit = new(5, 1), FenceBit = new(6, 1), DataBits = new(32, 32);
    private static readonly Bits PasidBits = new(32, 20), GlobalBit = new(0, 1), DeviceSizeBit = new(11, 1);
    private static readonly Bits IndexedBit = new(4, 1), IndexMaskBits = new(27, 5), IndexBits = new(32, 16);

    /// <summary>Type; may be a value that <see cref="DescriptorType"/> does not name.</summary>
    public DescriptorType Type => (DescriptorType)((Low & 0xf) | ((Low >> 5) & 0x70));

    /// <summary>G of context and IOTLB descriptors: 1 global, 2 domain, 3 device resp. page.</summary>
    public byte Granularity => (byte)GranularityBits.Get(Low);

    /// <summary>DID of context and IOTLB descriptors.</summary>
    public DomainId Domain => new((ushort)DomainBits.Get(Low));

    /// <summary>SID of context and device-TLB descriptors.</summary>
    public SourceId Source => new((ushort)SourceBits.Get(Low));

    /// <summary>FM of context descriptors, 0–3.</summary>
    public byte FunctionMask => (byte)FunctionMaskBits.Get(Low);

    /// <summary>DR of IOTLB descriptors.</summary>
    public bool DrainReads => DrainReadBit.IsSet(Low);

    /// <summary>DW of IOTLB descriptors.</summary>
    public bool DrainWrites => DrainWriteBit.IsSet(Low);

    /// <summary>ADDR of IOTLB and device-TLB descriptors, as written.</summary>
    public Iova Address => new(High & ~0xfffUL);

    /// <summary>AM of page-selective IOTLB descriptors: 2^AM pages.</summary>
    public int AddressMask => (int)AddressMaskBits.Get(High);

    /// <summary>IH of page-selective IOTLB descriptors: only leaf entries changed.</summary>
    public bool LeafOnly => LeafOnlyBit.IsSet(High);

    /// <summary>IF of wait descriptors: raise the completion event.</summary>
    public bool Interrupt => InterruptBit.IsSet(Low);

    /// <summary>SW of wait descriptors: write the status.</summary>
    public bool StatusWrite => StatusWriteBit.IsSet(Low);

    /// <summary>FN of wait descriptors: nothing behind it starts before it completes.</summary>
    public bool Fence => FenceBit.IsSet(Low);

    /// <summary>Status data of wait descriptors.</summary>
    public uint StatusData => (uint)DataBits.Get(Low);

    /// <summary>Status address of wait descriptors, guest-physical.</summary>
    public GuestPhysical StatusAddress => new(High & ~3UL);

    /// <summary>SID of PASID device-TLB descriptors.</summary>
    public SourceId PasidSource => new((ushort)DomainBits.Get(Low));

    /// <summary>Pages that a device-TLB descriptor covers: 1, or 2 to the position of the lowest zero bit of ADDR, or everything.</summary>
    public ulong DevicePages
    {
        get
        {
            if (!(Type == DescriptorType.PasidDeviceTlb ? DeviceSizeBit : SizeBit).IsSet(High)) return 1;
            var ones = System.Numerics.BitOperations.TrailingZeroCount(~(High >> 12));
            return ones >= 51 ? AllPages : 2UL << ones;
        }
    }

    /// <summary>First address that a device-TLB descriptor covers.</summary>
    public Iova DeviceAddress => DevicePages == AllPages ? default : new(Address.Value & ~((DevicePages << 12) - 1));

    /// <summary>Context cache, everything.</summary>
    public static InvalidationDescriptor ContextGlobal() => new(Head(DescriptorType.Context) | GranularityBits.Of(1), 0);

    /// <summary>Context cache, one domain.</summary>
    public static InvalidationDescriptor ContextDomain(DomainId domain) =>
        new(Head(DescriptorType.Context) | GranularityBits.Of(2) | DomainBits.Of(domain.Value), 0);

    /// <summary>Context cache, one source id under a function mask (0–3); <paramref name="domain"/> is the old domain.</summary>
    public static InvalidationDescriptor ContextDevice(DomainId domain, SourceId source, byte functionMask = 0) => new(
        Head(DescriptorType.Context) | GranularityBits.Of(3) | DomainBits.Of(domain.Value) | SourceBits.Of(source.Value)
            | FunctionMaskBits.Of(functionMask),
        0);

    /// <summary>IOTLB, everything.</summary>
    public static InvalidationDescriptor IotlbGlobal(bool drainReads = true, bool drainWrites = true) =>
        new(Iotlb(1, default, drainReads, drainWrites), 0);

    /// <summary>IOTLB, one domain.</summary>
    public static InvalidationDescriptor IotlbDomain(DomainId domain, bool drainReads = true, bool drainWrites = true) =>
        new(Iotlb(2, domain, drainReads, drainWrites), 0);

    /// <summary>IOTLB, 2^<paramref name="addressMask"/> pages of one domain around <paramref name="address"/>.</summary>
    public static InvalidationDescriptor IotlbPage(
        DomainId domain,
        Iova address,
        int addressMask,
        bool leafOnly = false,
        bool drainReads = true,
        bool drainWrites = true) => new(
            Iotlb(3, domain, drainReads, drainWrites),
            address.Page.Value | LeafOnlyBit.Of(leafOnly) | AddressMaskBits.Of((ulong)addressMask));

    /// <summary>
    /// Device TLB, <paramref name="pages"/> pages around <paramref name="address"/>: a power of two, <see cref="AllPages"/> for everything;
    /// address bits below the range are ignored. <paramref name="depth"/> is the device's invalidation queue depth, 1–32.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Pages not a power of two or too many, or depth out of range.</exception>
    public static InvalidationDescriptor DeviceTlb(SourceId source, Iova address, ulong pages, int depth = 32)
    {
        if (!System.Numerics.BitOperations.IsPow2(pages) || pages > AllPages)
            throw new ArgumentOutOfRangeException(nameof(pages), pages, "A power of two, up to 2^52, is needed.");
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, 32);
        // The size stands in ADDR itself: ones from bit 12 on, ended by the zero of the range's top offset bit.
        var high = pages == 1
            ? address.Page.Value
            : (address.Value & ~((pages << 12) - 1)) | (((pages >> 1) - 1) << 12) | SizeBit.Mask;
        return new InvalidationDescriptor(
            Head(DescriptorType.DeviceTlb) | DepthBits.Of((ulong)depth & 31) | SourceBits.Of(source.Value), high);
    }

    /// <summary>IOTLB, everything of a PASID of one domain.</summary>
    public static InvalidationDescriptor PasidIotlb(DomainId domain, int pasid) => new(
        Head(DescriptorType.PasidIotlb) | GranularityBits.Of(2) | DomainBits.Of(domain.Value) | PasidBits.Of((ulong)pasid), 0);

    /// <summary>IOTLB, 2^<paramref name="addressMask"/> pages of a PASID of one domain.</summary>
    public static InvalidationDescriptor PasidIotlbPage(DomainId domain, int pasid, Iova address, int addressMask) => new(
        Head(DescriptorType.PasidIotlb) | GranularityBits.Of(3) | DomainBits.Of(domain.Value) | PasidBits.Of((ulong)pasid),
        address.Page.Value | AddressMaskBits.Of((ulong)addressMask));

    /// <summary>PASID cache, everything.</summary>
    public static InvalidationDescriptor PasidCacheGlobal() => new(Head(DescriptorType.PasidCache) | GranularityBits.Of(3), 0);

    /// <summary>Interrupt entry cache, everything.</summary>
    public static InvalidationDescriptor InterruptGlobal() => new(Head(DescriptorType.InterruptEntry), 0);

    /// <summary>Interrupt entry cache, 2^<paramref name="mask"/> entries around <paramref name="index"/>.</summary>
    public static InvalidationDescriptor InterruptIndex(ushort index, int mask = 0) =>
        new(Head(DescriptorType.InterruptEntry) | IndexedBit.Mask | IndexMaskBits.Of((ulong)mask) | IndexBits.Of(index), 0);

    /// <summary>
    /// Wait: writes <paramref name="data"/> to <paramref name="statusAddress"/> (SW,
    /// 4-byte aligned), raises the event (IF), fences (FN).
    /// </summary>
    public static InvalidationDescriptor Wait(
        GuestPhysical statusAddress,
        uint data,
        bool statusWrite = true,
        bool interrupt = false,
        bool fence = false) => new(
            Head(DescriptorType.Wait) | InterruptBit.Of(interrupt) | StatusWriteBit.Of(statusWrite) | FenceBit.Of(fence)
                | DataBits.Of(data),
            statusAddress.Value & ~3UL);

    private static ulong Head(DescriptorType type) => (ulong)type;

    private static ulong Iotlb(ulong granularity, DomainId domain, bool drainReads, bool drainWrites) =>
        Head(DescriptorType.Iotlb) | GranularityBits.Of(granularity) | DrainReadBit.Of(drainReads) | DrainWriteBit.Of(drainWrites)
        | DomainBits.Of(domain.Value);
}
