using VIommuActors.Trace;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Protocols.Messages;

/// <summary>Device → vIOMMU: ATS translation request (AT=1).</summary>
public sealed record AtsTranslate(NodeId From, int Slot, SourceId Source, Iova Iova, Permission Wanted) : Slotted(From, Slot)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Ats;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Dma;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields) => fields.Add("iova", Iova.Value);
}

/// <summary>vIOMMU → device: translation completion; <paramref name="Allowed"/> none means no access, and nothing to cache.</summary>
public sealed record AtsTranslated(
    NodeId From, int Slot, Iova Iova, GuestPhysical Address, ulong Mask, Permission Allowed) : Slotted(From, Slot)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Ats;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Dma;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.Add("iova", Iova.Value);
        fields.Add("gpa", Address.Value);
        fields.AddNumber("allowed", (int)Allowed);
    }
}

/// <summary>
/// vIOMMU → device: drop what the device TLB holds of the range and complete once
/// its uses have ended. <paramref name="ITag"/> 0–31.
/// </summary>
public sealed record InvReq(NodeId From, int ITag, Iova Address, ulong Pages) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Ats;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Invalidation;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddNumber("itag", ITag);
        fields.Add("iova", Address.Value);
        fields.Add("pages", Pages);
    }
}

/// <summary>
/// Device → vIOMMU: the range is gone from the device TLB and nothing that used it is
/// in flight. One traffic class, so one completion a request.
/// </summary>
public sealed record InvComp(NodeId From, SourceId Source, int ITag) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Ats;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Invalidation;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields) => fields.AddNumber("itag", ITag);
}

/// <summary>vIOMMU → itself: look for device-TLB invalidations that nobody completed in time.</summary>
public sealed record InvWatchdog(NodeId From) : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Self;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Invalidation;
}
