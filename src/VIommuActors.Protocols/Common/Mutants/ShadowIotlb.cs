using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Invalidation;

namespace VIommuActors.Protocols.Common.Mutants;

/// <summary>
/// An IOTLB of one's own in front of the unit's, with what an IOTLB can get wrong: it is flushed a step after the unit, or filled a step
/// after the walk, or tagged by the address alone. With none of the three it changes nothing.
/// </summary>
internal sealed class ShadowIotlb(IHypervisorPort port, IHypervisorHalf real) : HypervisorHalfTwin(port, real)
{
    private readonly Dictionary<(SourceId Source, ulong Page), TranslateReply> _entries = [];

    /// <summary>A flush takes effect in a step of its own.</summary>
    public bool FlushesLater { get; init; }

    /// <summary>What a walk found is entered in a step of its own.</summary>
    public bool FillsLater { get; init; }

    /// <summary>Entries of one requester answer every other, of whatever domain.</summary>
    public bool IgnoresRequester { get; init; }

    public override bool Flushed(in Invalidation invalidation)
    {
        if (FlushesLater) Port.Send(Port.Self, new LateFlush(Port.Self));
        else _entries.Clear();
        return base.Flushed(invalidation);
    }

    public override bool Receive(Message message)
    {
        switch (message)
        {
            case TranslateCall call:
                Translate(call);
                return true;
            case LateFlush:
                _entries.Clear();
                return true;
            case LateFill fill:
                _entries[KeyOf(fill.Source, fill.Found.Iova)] = fill.Found;
                return true;
            default:
                return base.Receive(message);
        }
    }

    private void Translate(TranslateCall call)
    {
        if (_entries.TryGetValue(KeyOf(call.Source, call.Iova), out var entry) && entry.Allowed.HasFlag(call.Wanted))
        {
            var address = new GuestPhysical((entry.Address.Value & ~entry.Mask) | (call.Iova.Value & entry.Mask));
            Port.Send(call.From, entry with { Slot = call.Slot, Iova = call.Iova, Address = address });
            return;
        }
        var found = TranslateService.Translate(Port, call);
        Port.Send(call.From, found);
        if (found.Errno != 0) return;
        if (FillsLater) Port.Send(Port.Self, new LateFill(Port.Self, call.Source, found));
        else _entries[KeyOf(call.Source, call.Iova)] = found;
    }

    private (SourceId Source, ulong Page) KeyOf(SourceId source, Iova iova) =>
        (IgnoresRequester ? default : source, iova.Page.Value);
}

/// <summary>vIOMMU → itself: the flush that comes too late.</summary>
internal sealed record LateFlush(NodeId From) : Message(From), IInternal
{
    public override Wire Wire => Wire.Self;
}

/// <summary>vIOMMU → itself: the fill that comes too late.</summary>
internal sealed record LateFill(NodeId From, SourceId Source, TranslateReply Found) : Message(From), IInternal
{
    public override Wire Wire => Wire.Self;
}
