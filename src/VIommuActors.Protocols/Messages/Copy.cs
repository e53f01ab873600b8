using VIommuActors.Trace;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Messages;

/// <summary>
/// Device → vIOMMU: hypercall viommu_copy, "memcpy with translation". <paramref name="Bytes"/> from <paramref name="Iova"/> on.
/// </summary>
public sealed record CopyCall(NodeId From, int Slot, SourceId Source, long Work, Iova Iova, int Bytes, bool IsWrite)
    : Slotted(From, Slot), ISynchronous
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Hypercall;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Dma;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddNumber("work", Work);
        fields.Add("iova", Iova.Value);
        fields.AddNumber("bytes", Bytes);
        fields.AddBool("write", IsWrite);
    }
}

/// <summary>vIOMMU → device: bytes moved before the end of the translated page (short copies are normal), or -EFAULT.</summary>
public sealed record CopyReply(NodeId From, int Slot, int Errno, int Bytes) : Slotted(From, Slot), ISynchronous
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Dma;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddNumber("errno", Errno);
        fields.AddNumber("bytes", Bytes);
    }
}

/// <summary>Device → itself: the bytes have been moved between the bounce buffer and where the device wants them.</summary>
public sealed record BounceDone(NodeId From, int Slot, int Bytes) : Slotted(From, Slot), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Self;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Dma;
}
