using System.Collections.Immutable;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Guest.Policies;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Workloads;

/// <summary>
/// Map a buffer, have a device work on it, unmap it, reuse it; again. With unmap in flight the guest does not wait for the device,
/// which is what the protocols are for.
/// </summary>
public sealed class SyntheticProgram(IommuDriver driver, BufferPool pool, GuestHeap heap, SyntheticSettings settings) : IGuestProgram
{
    private readonly DescriptorRing?[] _rings = new DescriptorRing?[driver.Platform.Devices.Length];
    private readonly Gate _ringsReady = new();
    private readonly MeasuredWindow _window = new();

    /// <inheritdoc/>
    public async GuestCode Run(IGuestCpu cpu)
    {
        await driver.Start(cpu);
        await SetUpRings(cpu);
        if (settings.BeforeWork is { } ready) await ready(cpu);
        var policy = settings.NewPolicy(driver, pool);
        var devices = driver.Platform.Devices;
        for (var round = 0L; round < settings.Rounds && settings.EndsEarly?.Invoke() is not true; round++)
        {
            await Round(cpu, policy, devices[(int)((round + cpu.Index) % devices.Length)]);
            if (settings.ThinkNs > 0) await cpu.Pause(settings.ThinkNs);
            if (cpu.GivesWay) await cpu.Yield();
        }
        await cpu.Backlog(0);
        await policy.Finish(cpu);
    }

    private async GuestCode Round(IGuestCpu cpu, IMappingPolicy policy, GuestDevice device)
    {
        var write = cpu.Dice.Next(100) < settings.WritePercent;
        var buffer = pool.Take();
        var mapping = await policy.Map(cpu, device.Domain, buffer, write);
        var segments = Segments(mapping, write);
        var last = 0L;
        foreach (var worker in driver.Platform.Devices)
        {
            if (settings.EveryDevice ? worker.Domain != device.Domain : worker != device) continue;
            for (var i = 0; i < settings.Burst; i++)
            {
                var posted = _rings[worker.Index] is { } ring ? ring.Post(cpu, segments) : segments;
                last = cpu.Ring(worker.Index, posted, worker.KeepsMappings ? settings.MapperUses : 1, mapping.Grant);
            }
        }
        if (!settings.UnmapWhileInFlight) await cpu.Backlog(0);
        else if (settings.MeasuresWindow) await _window.Pass(cpu, last);
        else if (settings.InFlightWindowNs > 0)
        {
            // Every other time the guest is patient, but for a storm: both orders are part of the workload.
            if (!settings.Storm && cpu.Dice.Next(2) == 0) await cpu.Completion(last);
            else await cpu.Pause(cpu.Dice.Next((int)Math.Min(int.MaxValue, settings.InFlightWindowNs)));
        }
        else await cpu.Yield();
        await policy.Unmap(cpu, mapping);
        Reuse(cpu, buffer);
        pool.Return(buffer);
        await cpu.Backlog(settings.Backlog);
    }

    private ImmutableArray<DmaSegment> Segments(Mapping mapping, bool write)
    {
        // One fragment from the offset to the end of the buffer; page borders inside it are the device's business.
        var bytes = (int)Math.Min(mapping.Buffer.Bytes - (ulong)settings.Offset, 1UL << 20);
        return [new DmaSegment(new Iova(mapping.Iova.Value + (ulong)settings.Offset), bytes, write)];
    }

    /// <summary>The owner's own use of the frames, which a stale access would spoil or see.</summary>
    private static void Reuse(IGuestCpu cpu, GuestBuffer buffer)
    {
        foreach (var page in buffer.Pages) cpu.Memory.TryWrite64(page, (ulong)cpu.NowNs | 1UL << 63);
    }

    private async GuestCode SetUpRings(IGuestCpu cpu)
    {
        if (cpu.Index != 0)
        {
            await _ringsReady.Pass(cpu);
            return;
        }
        foreach (var device in driver.Platform.Devices)
        {
            if (!device.HasRing) continue;
            var page = new GuestBuffer([heap.Take()], 4096);
            _rings[device.Index] = new DescriptorRing(await driver.Map(cpu, device.Domain, page, writable: true));
        }
        cpu.Watch.WorkBegins(cpu.Guest);
        _ringsReady.Open();
    }
}
