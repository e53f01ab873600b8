using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;

namespace VIommuActors.Guest.Policies;

/// <summary>
/// Permanent shadow buffers (Markuze et al., ASPLOS 2016): devices only ever see buffers that stay mapped; data are copied in and
/// out by the CPU. Nothing is invalidated while the pool serves, and a device never reaches the owner's page.
/// </summary>
public sealed class ShadowCopyPolicy(IommuDriver driver, Func<GuestBuffer, GuestBuffer> newShadow) : IMappingPolicy
{
    private readonly Dictionary<(int Domain, int Pages, bool Writable), Stack<Mapping>> _idle = [];
    private readonly List<Mapping> _all = [];

    /// <inheritdoc/>
    public async GuestCode<Mapping> Map(IGuestCpu cpu, int domain, GuestBuffer buffer, bool writable)
    {
        await Copy(cpu, buffer);
        var key = (domain, buffer.Pages.Length, writable);
        if (_idle.TryGetValue(key, out var idle) && idle.TryPop(out var shadow)) return shadow;
        var mapping = await driver.Map(cpu, domain, newShadow(buffer), writable);
        _all.Add(mapping);
        return mapping;
    }

    /// <inheritdoc/>
    public async GuestCode Unmap(IGuestCpu cpu, Mapping mapping)
    {
        await Copy(cpu, mapping.Buffer);
        var key = (mapping.Domain, mapping.Buffer.Pages.Length, mapping.Writable);
        if (!_idle.TryGetValue(key, out var idle)) _idle.Add(key, idle = new Stack<Mapping>());
        idle.Push(mapping);
    }

    /// <inheritdoc/>
    public async GuestCode Finish(IGuestCpu cpu)
    {
        foreach (var mapping in _all)
        {
            await driver.Clear(cpu, mapping);
            await driver.Flush(cpu, mapping);
        }
        _all.Clear();
        _idle.Clear();
    }

    private async GuestCode Copy(IGuestCpu cpu, GuestBuffer buffer)
    {
        var cost = driver.Platform.CopyPerPageNs * (long)(buffer.Bytes >> 12);
        if (cost > 0) await cpu.Pause(cost);
    }
}
