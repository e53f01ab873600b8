using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;

namespace VIommuActors.Guest.Policies;

/// <summary>Clear, invalidate, wait, then give the buffer back (<c>iommu.strict=1</c>).</summary>
public sealed class StrictPolicy(IommuDriver driver) : IMappingPolicy
{
    /// <inheritdoc/>
    public GuestCode<Mapping> Map(IGuestCpu cpu, int domain, GuestBuffer buffer, bool writable) =>
        driver.Map(cpu, domain, buffer, writable);

    /// <inheritdoc/>
    public async GuestCode Unmap(IGuestCpu cpu, Mapping mapping)
    {
        await driver.Clear(cpu, mapping);
        await driver.Flush(cpu, mapping);
    }

    /// <inheritdoc/>
    public GuestCode Finish(IGuestCpu cpu) => GuestCode.Done;
}
