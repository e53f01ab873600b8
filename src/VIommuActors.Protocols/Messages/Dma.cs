using System.Collections.Immutable;
using VIommuActors.Trace;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Messages;

/// <summary>
/// vCPU → device: one DMA request. <paramref name="Work"/> is unique in the machine.
/// <paramref name="Uses"/> is how often a mapper goes over the buffer.
/// </summary>
public sealed record Doorbell(NodeId From, long Work, ImmutableArray<DmaSegment> Segments, int Uses) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Doorbell;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Dma;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddNumber("work", Work);
        fields.Add("iova", Segments[0].Address.Value);
        fields.AddNumber("segments", Segments.Length);
        fields.AddBool("write", Segments[0].IsWrite);
    }
}

/// <summary>Device → vCPU: the request is over. <paramref name="Faulted"/>: at least one access was refused by the unit.</summary>
public sealed record DmaCompleted(NodeId From, long Work, bool Faulted) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Interrupt;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Dma;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddNumber("work", Work);
        fields.AddBool("faulted", Faulted);
    }
}

/// <summary>Device or hypervisor → guest memory: one access that lies in one translated page. It takes effect when it is handled.</summary>
public sealed record DmaAccess(NodeId From, int Slot, SourceId Source, long Work, Iova Iova, GuestPhysical Address, int Bytes, bool IsWrite)
    : Slotted(From, Slot), ISynchronous
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Dma;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Dma;

    /// <inheritdoc/>
    public override int DataPages => (Bytes + 4095) >> 12;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddNumber("work", Work);
        fields.Add("iova", Iova.Value);
        fields.Add("gpa", Address.Value);
        fields.AddNumber("bytes", Bytes);
        fields.AddBool("write", IsWrite);
    }
}

/// <summary>Guest memory → accessor: the access has taken effect.</summary>
public sealed record DmaDone(NodeId From, int Slot) : Slotted(From, Slot), ISynchronous
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Dma;
}
