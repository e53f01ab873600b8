using VIommuActors.Guest.Cpu;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Guest.Driver;

/// <summary>
/// Register-based invalidation: CCMD, IVA and IOTLB_REG under the unit's register lock, polling until the command bit is clear.
/// Past the time limit the driver panics, as Linux does ("DMAR hardware is malfunctioning").
/// </summary>
/// <remarks>Linux <c>intel/iommu.c</c>: write drain only; the read drain bit is compiled out there.</remarks>
public sealed class RegisterInvalidator(ulong unitBase, ulong iotlbOffset, long timeoutNs) : IInvalidator
{
    private const ulong Icc = 1UL << 63, Ivt = 1UL << 63, DrainWrites = 1UL << 48;

    private readonly GuestLock _lock = new();

    /// <inheritdoc/>
    public async GuestCode Everything(IGuestCpu cpu)
    {
        await Command(cpu, RegisterOffset.Ccmd, Icc | 1UL << 61);
        await Command(cpu, iotlbOffset, Ivt | 1UL << 60 | DrainWrites);
    }

    /// <inheritdoc/>
    public async GuestCode Context(IGuestCpu cpu, DomainId oldDomain, SourceId source, bool iotlbToo)
    {
        await Command(cpu, RegisterOffset.Ccmd, Icc | 3UL << 61 | (ulong)source.Value << 16 | oldDomain.Value);
        if (iotlbToo) await Command(cpu, iotlbOffset, Ivt | 2UL << 60 | DrainWrites | (ulong)oldDomain.Value << 32);
    }

    /// <inheritdoc/>
    public GuestCode Domain(IGuestCpu cpu, DomainId domain, IReadOnlyList<SourceId> devices) =>
        Command(cpu, iotlbOffset, Ivt | 2UL << 60 | DrainWrites | (ulong)domain.Value << 32);

    /// <inheritdoc/>
    public GuestCode Pages(IGuestCpu cpu, DomainId domain, Iova address, int addressMask, IReadOnlyList<SourceId> devices) =>
        Command(cpu, iotlbOffset, Ivt | 3UL << 60 | DrainWrites | (ulong)domain.Value << 32, address.Page.Value | (uint)addressMask);

    private async GuestCode Command(IGuestCpu cpu, ulong register, ulong command, ulong? address = null)
    {
        await _lock.Acquire(cpu);
        // The limit is on the unit, not on the other vCPUs' turns before.
        var began = cpu.NowNs;
        if (address is { } iva) await cpu.Write(unitBase + iotlbOffset - 8, 8, iva);
        await cpu.Write(unitBase + register, 8, command);
        var spin = Spin.Of(cpu);
        while ((await cpu.Read(unitBase + register, 8) & Ivt) != 0)
        {
            if (cpu.NowNs - began > timeoutNs)
            {
                cpu.Watch.TimedOut(cpu.Guest, cpu.Index, cpu.NowNs - began);
                throw new GuestPanicException("DMAR hardware is malfunctioning");
            }
            var pause = spin.NextPauseNs();
            if (pause > 0) await cpu.Pause(pause);
        }
        _lock.Release(cpu);
    }
}
