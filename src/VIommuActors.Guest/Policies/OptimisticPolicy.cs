using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;

namespace VIommuActors.Guest.Policies;

/// <summary>
/// Optimistic teardown (Amit et al., USENIX ATC 2011): an unmapped buffer stays mapped for a while, and mapping it again the same
/// way costs nothing. Leaves are cleared and invalidated when an entry is too old or too many are kept.
/// </summary>
public sealed class OptimisticPolicy(IommuDriver driver, int quota, long timeoutNs) : IMappingPolicy
{
    private readonly LinkedList<(Mapping Mapping, long SinceNs)> _kept = [];

    /// <summary>Maps answered without touching a paging entry.</summary>
    public long Hits { get; private set; }

    /// <inheritdoc/>
    public async GuestCode<Mapping> Map(IGuestCpu cpu, int domain, GuestBuffer buffer, bool writable)
    {
        await TearDown(cpu, quota);
        for (var node = _kept.First; node is not null; node = node.Next)
        {
            var kept = node.Value.Mapping;
            if (kept.Domain != domain || kept.Writable != writable || !ReferenceEquals(kept.Buffer, buffer)) continue;
            _kept.Remove(node);
            cpu.Watch.Reclaimed(kept.Grant);
            Hits++;
            return kept;
        }
        return await driver.Map(cpu, domain, buffer, writable);
    }

    /// <inheritdoc/>
    public GuestCode Unmap(IGuestCpu cpu, Mapping mapping)
    {
        cpu.Watch.HandedBack(mapping.Grant);
        _kept.AddLast((mapping, cpu.NowNs));
        return TearDown(cpu, quota);
    }

    /// <inheritdoc/>
    public GuestCode Finish(IGuestCpu cpu) => TearDown(cpu, 0);

    private async GuestCode TearDown(IGuestCpu cpu, int keep)
    {
        while (_kept.First is { } oldest && (_kept.Count > keep || cpu.NowNs - oldest.Value.SinceNs >= timeoutNs))
        {
            _kept.RemoveFirst();
            await driver.Clear(cpu, oldest.Value.Mapping);
            await driver.Flush(cpu, oldest.Value.Mapping);
        }
    }
}
