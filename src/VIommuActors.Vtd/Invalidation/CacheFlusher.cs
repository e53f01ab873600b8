using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Vtd.Invalidation;

/// <summary>
/// Drops what a command covers from the unit's own caches and asks the host whether anything else still holds it. Each method returns
/// null when the invalidation is complete, else the id that the host will complete.
/// </summary>
internal sealed class CacheFlusher(VtdOptions options, DmaRemapping remapping, HostPort host)
{
    private long _lastId;

    /// <summary>The id given last; 0 before the first.</summary>
    public InvalidationId LastId => new(_lastId);

    /// <summary>TE or SRTP: both caches, entirely.</summary>
    public InvalidationId? Everything(InvalidationCommand command)
    {
        remapping.InvalidateContexts();
        remapping.Iotlb.InvalidateAll();
        return Announce(command, Granularity.Global);
    }

    /// <summary>Context cache. A domain request is performed as a global one; <paramref name="granularity"/> is CIRG, 1 to 3.</summary>
    public InvalidationId? Context(InvalidationCommand command, byte granularity, DomainId domain, SourceId source, byte functionMask)
    {
        if (granularity != 3)
        {
            remapping.InvalidateContexts();
            return Announce(command, Granularity.Global);
        }

        remapping.InvalidateContext(source, functionMask);
        return Announce(command, Granularity.Device, domain, source, functionMask);
    }

    /// <summary>IOTLB; <paramref name="granularity"/> is IIRG, 1 to 3; the last two parameters count for 3 only.</summary>
    public InvalidationId? Iotlb(
        InvalidationCommand command, byte granularity, DomainId domain, bool drainReads, bool drainWrites, Iova address, int addressMask)
    {
        // A unit without the drain capability ignores the bits.
        (drainReads, drainWrites) = (drainReads && options.Drain, drainWrites && options.Drain);
        switch (granularity)
        {
            case 1:
                remapping.Iotlb.InvalidateAll();
                return Announce(command, Granularity.Global, drainReads: drainReads, drainWrites: drainWrites);
            case 2:
                remapping.Iotlb.InvalidateDomain(domain);
                return Announce(command, Granularity.Domain, domain, drainReads: drainReads, drainWrites: drainWrites);
            default:
                var pages = 1UL << addressMask;
                var first = new Iova(address.Value & ~((pages << 12) - 1));
                remapping.Iotlb.InvalidatePages(domain, first, addressMask);
                return Announce(
                    command, Granularity.Page, domain, address: first, pages: pages, drainReads: drainReads, drainWrites: drainWrites);
        }
    }

    /// <summary>IOTLB entries of a PASID: all of the domain's (G = 2), or those of some pages (G = 3).</summary>
    /// <remarks>Requests without a PASID share the entries of the PASID that stands for none, which the entries do not name.</remarks>
    public InvalidationId? PasidIotlb(byte granularity, DomainId domain, Iova address, int addressMask)
    {
        if (granularity != 3)
            return Iotlb(InvalidationCommand.QueuedIotlb, 2, domain, drainReads: true, drainWrites: true, default, 0);
        var pages = 1UL << addressMask;
        var first = new Iova(address.Value & ~((pages << 12) - 1));
        remapping.Iotlb.InvalidatePages(domain, first, addressMask, firstLevelByPage: true);
        return Announce(InvalidationCommand.QueuedIotlb, Granularity.Page, domain, address: first, pages: pages);
    }

    /// <summary>Device TLB: nothing of the unit's own; the device answers.</summary>
    public InvalidationId? DeviceTlb(SourceId source, Iova address, ulong pages) =>
        Announce(InvalidationCommand.QueuedDeviceTlb, Granularity.Range, source: source, address: address, pages: pages);

    private InvalidationId? Announce(
        InvalidationCommand command,
        Granularity granularity,
        DomainId domain = default,
        SourceId source = default,
        byte functionMask = 0,
        Iova address = default,
        ulong pages = InvalidationDescriptor.AllPages,
        bool drainReads = true,
        bool drainWrites = true)
    {
        var id = new InvalidationId(++_lastId);
        var invalidation = new Invalidation(
            id, command, granularity, domain, source, functionMask, address, pages, drainReads, drainWrites);
        return host.Flushed(invalidation) ? null : id;
    }
}
