using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Invalidation;

namespace VIommuActors.Protocols.Ats.Mutants;

/// <summary>Counts completions by ITag and not by requester.</summary>
internal sealed class FirstCompletion(IHypervisorPort port, IHypervisorHalf real) : HypervisorHalfTwin(port, real)
{
    private readonly SortedSet<ushort> _asked = [];

    public override bool Flushed(in Invalidation invalidation)
    {
        if (invalidation.Command == InvalidationCommand.QueuedDeviceTlb) _asked.Add(invalidation.Source.Value);
        return base.Flushed(invalidation);
    }

    public override bool Receive(Message message)
    {
        if (message is not InvComp completion) return base.Receive(message);
        foreach (var source in _asked) base.Receive(completion with { Source = new SourceId(source) });
        return true;
    }
}
