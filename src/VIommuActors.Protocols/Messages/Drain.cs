using VIommuActors.Trace;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Messages;

/// <summary>What a drain has to wait for: everything, one domain, or a range of one domain's I/O virtual addresses.</summary>
/// <param name="Everything">No restriction; the other members are meaningless.</param>
/// <param name="Domain">Domain id the translations carry.</param>
/// <param name="Address">First byte covered.</param>
/// <param name="Pages">4 KiB pages covered; 2^52 stands for the whole domain.</param>
public readonly record struct DrainScope(bool Everything, DomainId Domain, Iova Address, ulong Pages)
{
    /// <summary>No restriction.</summary>
    public static DrainScope All => new(true, default, default, 0);

    /// <summary>
    /// True when a translation of <paramref name="bytes"/> ≥ 1 bytes at
    /// <paramref name="address"/> tagged <paramref name="domain"/> may be covered.
    /// </summary>
    public bool Covers(DomainId domain, Iova address, ulong bytes)
    {
        if (Everything) return true;
        if (domain != Domain) return false;
        if (Pages >= 1UL << 52) return true;
        // Last bytes, not ends: the end of the topmost page does not fit into 64 bits.
        return Pages > 0 && address.Value <= Address.Value + (Pages << 12) - 1 && Address.Value <= address.Value + bytes - 1;
    }

    /// <summary>
    /// The smallest scope of this shape that covers both; different ranges become their domain, different domains everything.
    /// </summary>
    public DrainScope Union(DrainScope other)
    {
        if (this == other) return this;
        if (Everything || other.Everything || Domain != other.Domain) return All;
        return this with { Address = default, Pages = 1UL << 52 };
    }
}

/// <summary>
/// Dummy vIOMMU → vIOMMU: hypercall viommu_query, which invalidations are open. The ioreq itself carries only what the guest wrote.
/// </summary>
/// <param name="From">The dummy.</param>
/// <param name="Number">Counts the dummy's queries; comes back in the reply.</param>
public sealed record QueryCall(NodeId From, long Number = 0) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Hypercall;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Invalidation;
}

/// <summary>vIOMMU → dummy: the newest epoch, whether anything up to it is still open, and what all that is open covers.</summary>
public sealed record QueryReply(NodeId From, long Epoch, bool Open, DrainScope Scope, long Number = 0) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Invalidation;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddNumber("epoch", Epoch);
        fields.AddBool("open", Open);
    }
}

/// <summary>
/// Dummy → device: finish what was translated before this, drop long-lived
/// mappings in scope, then acknowledge. Idempotent by epoch.
/// </summary>
public sealed record Drain(NodeId From, long Epoch, DrainScope Scope) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.DeviceModel;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Invalidation;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddNumber("epoch", Epoch);
        fields.AddBool("all", Scope.Everything);
        if (!Scope.Everything)
        {
            fields.Add("iova", Scope.Address.Value);
            fields.Add("pages", Scope.Pages);
        }
    }
}

/// <summary>Device → dummy: nothing translated before drain <paramref name="Epoch"/> is in flight any more.</summary>
public sealed record DrainAck(NodeId From, long Epoch) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.DeviceModel;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Invalidation;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields) => fields.AddNumber("epoch", Epoch);
}

/// <summary>Dummy → vIOMMU: hypercall viommu_drain_done. Completes every invalidation up to <paramref name="Epoch"/>.</summary>
public sealed record DrainComplete(NodeId From, long Epoch) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Hypercall;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Invalidation;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields) => fields.AddNumber("epoch", Epoch);
}

/// <summary>
/// vIOMMU → dummy: 0, -ESTALE (an epoch that was never opened) or -EALREADY. <paramref name="More"/>:
/// invalidations were opened meanwhile without an MMIO write of their own; drain again.
/// </summary>
public sealed record DrainCompleteReply(NodeId From, long Epoch, int Errno, bool More) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Invalidation;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddNumber("epoch", Epoch);
        fields.AddNumber("errno", Errno);
    }
}

/// <summary>Dummy → itself: time to send again whatever has not been answered. Names the drain it was armed for, 0 for the query.</summary>
public sealed record DrainRetry(NodeId From, long Epoch) : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Self;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Invalidation;
}
