using System.Collections.Immutable;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Oracle;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Workloads;

/// <summary>
/// Attach a device in pass-through, have it work on a buffer by its guest-physical address, detach it, reuse the buffer; again. Nothing
/// of such a device is in the IOTLB, so what the guest waits for is the context-cache invalidation alone.
/// </summary>
public sealed class AttachDetachProgram(IommuDriver driver, BufferPool pool, SyntheticSettings settings) : IGuestProgram
{
    private readonly ImmutableArray<GuestLock> _owners = [.. driver.Platform.Devices.Select(_ => new GuestLock())];

    private readonly MeasuredWindow _window = new();

    /// <inheritdoc/>
    public async GuestCode Run(IGuestCpu cpu)
    {
        await driver.Start(cpu);
        if (cpu.Index == 0) cpu.Watch.WorkBegins(cpu.Guest);
        if (settings.BeforeWork is { } ready) await ready(cpu);
        var devices = driver.Platform.Devices;
        for (var round = 0L; round < settings.Rounds && settings.EndsEarly?.Invoke() is not true; round++)
        {
            var device = devices[(int)((round + cpu.Index) % devices.Length)];
            await _owners[device.Index].Acquire(cpu);
            await Round(cpu, device);
            _owners[device.Index].Release(cpu);
            if (settings.ThinkNs > 0) await cpu.Pause(settings.ThinkNs);
            if (cpu.GivesWay) await cpu.Yield();
        }
        await cpu.Backlog(0);
    }

    private async GuestCode Round(IGuestCpu cpu, GuestDevice device)
    {
        var write = cpu.Dice.Next(100) < settings.WritePercent;
        var buffer = pool.Take();
        var grants = await driver.AttachPassThrough(cpu, device, buffer);
        var segments = buffer.Pages
            .Select(page => new DmaSegment(new Iova(page.Value), (int)Math.Min(buffer.PageBytes, 1UL << 20), write)).ToImmutableArray();
        var last = 0L;
        for (var i = 0; i < settings.Burst; i++) last = cpu.Ring(device.Index, segments, 1, grants[0]);
        if (!settings.UnmapWhileInFlight) await cpu.Backlog(0);
        else if (settings.MeasuresWindow) await _window.Pass(cpu, last);
        else if (settings.InFlightWindowNs == 0) await cpu.Yield();
        else if (cpu.Dice.Next(2) == 0) await cpu.Completion(last);
        else await cpu.Pause(cpu.Dice.Next((int)Math.Min(int.MaxValue, settings.InFlightWindowNs)));
        await driver.Detach(cpu, device, grants);
        foreach (var page in buffer.Pages) cpu.Memory.TryWrite64(page, (ulong)cpu.NowNs | 1UL << 63);
        pool.Return(buffer);
        await cpu.Backlog(settings.Backlog);
    }
}
