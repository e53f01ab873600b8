using VIommuActors.Guest.Cpu;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Driver;

/// <summary>The driver's way to have the unit forget. Every method returns when the guest has seen completion.</summary>
public interface IInvalidator
{
    /// <summary>Context cache and IOTLB, everything, in this order.</summary>
    GuestCode Everything(IGuestCpu cpu);

    /// <summary>
    /// Context entry of one device changed: context cache, then the old domain's IOTLB entries, or they would come back from the old
    /// entry. The device's own TLB is flushed with its domain. Without <paramref name="iotlbToo"/> only the first half: enough for a device
    /// in pass-through, of which no IOTLB has anything.
    /// </summary>
    GuestCode Context(IGuestCpu cpu, DomainId oldDomain, SourceId source, bool iotlbToo);

    /// <summary>All pages of a domain.</summary>
    GuestCode Domain(IGuestCpu cpu, DomainId domain, IReadOnlyList<SourceId> devices);

    /// <summary>
    /// 2^<paramref name="addressMask"/> pages around <paramref name="address"/>.
    /// <paramref name="devices"/> have device TLBs to flush.
    /// </summary>
    GuestCode Pages(IGuestCpu cpu, DomainId domain, Iova address, int addressMask, IReadOnlyList<SourceId> devices);
}

/// <summary>Page-selective rounding as current Linux does it.</summary>
public static class InvalidationRange
{
    /// <summary>The smallest address mask that covers <paramref name="bytes"/> from <paramref name="address"/>.</summary>
    /// <remarks>Linux raises the mask until an unaligned range is covered; over-invalidation is normal.</remarks>
    public static int MaskFor(Iova address, ulong bytes)
    {
        var first = address.Value >> 12;
        var last = (address.Value + bytes - 1) >> 12;
        var mask = 0;
        while (first >> mask != last >> mask) mask++;
        return mask;
    }
}
