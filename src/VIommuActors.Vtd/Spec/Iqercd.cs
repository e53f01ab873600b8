namespace VIommuActors.Vtd.Spec;

/// <summary>Why the unit refused to go on with its invalidation queue: IQERCD.IQEI.</summary>
/// <remarks>VT-d specification, register chapter; the values as in VirtualBox <c>VBox/iommu-intel.h</c>.</remarks>
public enum QueueErrorInfo : byte
{
    /// <summary>No error, or none that is told.</summary>
    None = 0,

    /// <summary>The tail lies beyond the queue.</summary>
    TailBeyondQueue = 1,

    /// <summary>A descriptor could not be read.</summary>
    FetchFailed = 2,

    /// <summary>A descriptor type that the unit does not offer.</summary>
    InvalidType = 3,

    /// <summary>A reserved bit, or a field value that the unit does not offer.</summary>
    ReservedField = 4,

    /// <summary>The tail is not a multiple of 32 in a queue of 256-bit descriptors.</summary>
    TailMisaligned = 6,
}

/// <summary>Invalidation queue error record: 64 bits, RO, offset 0xb0. A field is 0 while its bit in FSTS is 0.</summary>
/// <remarks>
/// VT-d specification, register chapter; fields as in VirtualBox
/// <c>VBox/iommu-intel.h</c> and Linux <c>dmar.c</c> (<c>DMAR_IQER_REG</c>).
/// </remarks>
public readonly record struct Iqercd(ulong Raw)
{
    private static readonly Bits IqeiBits = new(0, 4), ItesidBits = new(32, 16), IcesidBits = new(48, 16);

    /// <summary>IQEI: what was wrong (FSTS.IQE).</summary>
    public QueueErrorInfo QueueError => (QueueErrorInfo)IqeiBits.Get(Raw);

    /// <summary>ITESID: device that did not answer in time (FSTS.ITE).</summary>
    public SourceId TimeoutSource => new((ushort)ItesidBits.Get(Raw));

    /// <summary>ICESID: device that answered what nobody asked (FSTS.ICE).</summary>
    public SourceId CompletionSource => new((ushort)IcesidBits.Get(Raw));

    /// <summary>With IQEI replaced.</summary>
    public Iqercd With(QueueErrorInfo info) => new(IqeiBits.Set(Raw, (ulong)info));

    /// <summary>With ITESID replaced.</summary>
    public Iqercd WithTimeout(SourceId source) => new(ItesidBits.Set(Raw, source.Value));

    /// <summary>With ICESID replaced.</summary>
    public Iqercd WithCompletion(SourceId source) => new(IcesidBits.Set(Raw, source.Value));
}
