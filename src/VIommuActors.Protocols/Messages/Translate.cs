using VIommuActors.Trace;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Protocols.Messages;

/// <summary>Device → vIOMMU: hypercall viommu_translate. <paramref name="Slot"/> comes back in the reply.</summary>
public sealed record TranslateCall(NodeId From, int Slot, SourceId Source, Iova Iova, Permission Wanted) : Slotted(From, Slot), ISynchronous
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Hypercall;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Dma;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.Add("iova", Iova.Value);
        fields.AddNumber("wanted", (int)Wanted);
    }
}

/// <summary>vIOMMU → device: translated address with its mask (page size − 1), or an error: -EFAULT with a fault recorded.</summary>
public sealed record TranslateReply(
    NodeId From, int Slot, Iova Iova, int Errno, GuestPhysical Address, ulong Mask, Permission Allowed, DomainId Domain)
    : Slotted(From, Slot), ISynchronous
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Dma;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.Add("iova", Iova.Value);
        fields.AddNumber("errno", Errno);
        if (Errno == 0) fields.Add("gpa", Address.Value);
    }
}
