using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;

namespace VIommuActors.Guest.Policies;

/// <summary>
/// Linux's lazy mode: leaves are cleared and the buffer given back at once; one domain-wide invalidation follows when the ring is
/// full or its oldest entry is due. Until then a device can still reach the buffer through the IOTLB.
/// </summary>
/// <remarks>
/// Linux <c>dma-iommu.c</c>: 256 entries of which 255 are usable, 10 ms. The timer is looked at when the vCPU maps or unmaps.
/// </remarks>
public sealed class DeferredPolicy(IommuDriver driver, int entries, long timerNs) : IMappingPolicy
{
    private readonly List<Mapping> _queued = [];
    private long _oldestNs;

    /// <inheritdoc/>
    public async GuestCode<Mapping> Map(IGuestCpu cpu, int domain, GuestBuffer buffer, bool writable)
    {
        await FlushIfDue(cpu);
        return await driver.Map(cpu, domain, buffer, writable);
    }

    /// <inheritdoc/>
    public async GuestCode Unmap(IGuestCpu cpu, Mapping mapping)
    {
        await driver.Clear(cpu, mapping);
        cpu.Watch.HandedBack(mapping.Grant);
        if (_queued.Count == 0) _oldestNs = cpu.NowNs;
        _queued.Add(mapping);
        await FlushIfDue(cpu);
    }

    /// <inheritdoc/>
    public GuestCode Finish(IGuestCpu cpu) => Flush(cpu);

    private GuestCode FlushIfDue(IGuestCpu cpu)
    {
        var due = _queued.Count >= entries || (_queued.Count > 0 && cpu.NowNs - _oldestNs >= timerNs);
        return due ? Flush(cpu) : GuestCode.Done;
    }

    private async GuestCode Flush(IGuestCpu cpu)
    {
        foreach (var domain in _queued.Select(mapping => mapping.Domain).Distinct().Order().ToArray())
            await driver.FlushDomain(cpu, domain);
        foreach (var mapping in _queued) driver.Forget(cpu, mapping);
        _queued.Clear();
    }
}
