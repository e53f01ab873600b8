using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd.Invalidation;

namespace VIommuActors.Protocols.DrainOnInvalidate.Mutants;

/// <summary>A drain is for all that is open, not for what was opened before it.</summary>
internal sealed class ClearsAll(IHypervisorPort port, ProtocolOptions options)
    : DrainGate(port, DrainProtocol.IsSelective(options), options.Flag("epochs"))
{
    protected override bool Covers(long drained, long opened, long oldest) => base.Covers(drained, oldest, oldest);
}

/// <summary>QEMU is told of the flush, but the queue does not hold its wait descriptor back.</summary>
internal sealed class WaitPasses(IHypervisorPort port, IHypervisorHalf real) : HypervisorHalfTwin(port, real)
{
    public override bool Flushed(in Invalidation invalidation) =>
        Real.Flushed(invalidation) || invalidation.Command == InvalidationCommand.QueuedIotlb;
}

/// <summary>Only IOTLB flushes are drained.</summary>
internal sealed class ContextUnwaited(IHypervisorPort port, IHypervisorHalf real) : HypervisorHalfTwin(port, real)
{
    public override bool Flushed(in Invalidation invalidation) =>
        invalidation.Command is InvalidationCommand.ContextRegister or InvalidationCommand.QueuedContext || Real.Flushed(invalidation);
}
