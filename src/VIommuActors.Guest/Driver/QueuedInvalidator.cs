using VIommuActors.Guest.Cpu;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Guest.Driver;

/// <summary>
/// Queued invalidation as Linux's <c>qi_submit_sync</c> does it: descriptors and a wait descriptor go into the ring under the queue
/// lock, then the driver polls the wait's status word in memory and reads FSTS each round.
/// </summary>
/// <remarks>
/// Linux <c>intel/dmar.c</c>. Its polling has no time limit; here the watch is told once the limit is passed and the vCPU stops, so
/// that a run ends. A queue error at one's own descriptor stops the vCPU too: this driver writes none that a unit may refuse.
/// </remarks>
public sealed class QueuedInvalidator : IInvalidator
{
    /// <summary>Descriptors in the ring (QI_LENGTH): one page of 16-byte descriptors.</summary>
    public const int Length = 256;

    private const uint Free = 0, InUse = 1, Done = 2, Aborted = 3;
    private const Fsts QueueFaults = Fsts.QueueError | Fsts.CompletionError | Fsts.Timeout;

    private readonly ulong _unitBase;
    private readonly GuestPhysical _queue;
    private readonly GuestPhysical _status;
    private readonly long _timeoutNs;
    private readonly GuestLock _lock = new();
    private readonly bool[] _taken = new bool[Length];
    private int _head, _tail, _free = Length;

    /// <summary>Uses one page for the ring and one for the status words.</summary>
    public QueuedInvalidator(ulong unitBase, GuestPhysical queue, GuestPhysical status, long timeoutNs)
    {
        _unitBase = unitBase;
        _queue = queue;
        _status = status;
        _timeoutNs = timeoutNs;
    }

    /// <summary>Points the unit at the ring and switches it on.</summary>
    public async GuestCode Enable(IGuestCpu cpu, Func<Gcmd, GuestCode> command)
    {
        await cpu.Write(_unitBase + RegisterOffset.Iqt, 4, 0);
        await cpu.Write(_unitBase + RegisterOffset.Iqa, 8, Iqa.Of(_queue, 0).Raw);
        await command(Gcmd.QueuedInvalidation);
    }

    /// <inheritdoc/>
    public async GuestCode Everything(IGuestCpu cpu)
    {
        await Submit(cpu, [InvalidationDescriptor.ContextGlobal()]);
        await Submit(cpu, [InvalidationDescriptor.IotlbGlobal()]);
    }

    /// <inheritdoc/>
    public async GuestCode Context(IGuestCpu cpu, DomainId oldDomain, SourceId source, bool iotlbToo)
    {
        await Submit(cpu, [InvalidationDescriptor.ContextDevice(oldDomain, source)]);
        if (iotlbToo) await Submit(cpu, [InvalidationDescriptor.IotlbDomain(oldDomain)]);
    }

    /// <inheritdoc/>
    public GuestCode Domain(IGuestCpu cpu, DomainId domain, IReadOnlyList<SourceId> devices)
    {
        var batch = new List<InvalidationDescriptor>(1 + devices.Count) { InvalidationDescriptor.IotlbDomain(domain) };
        foreach (var device in devices) batch.Add(InvalidationDescriptor.DeviceTlb(device, default, InvalidationDescriptor.AllPages));
        return Submit(cpu, batch);
    }

    /// <inheritdoc/>
    public GuestCode Pages(IGuestCpu cpu, DomainId domain, Iova address, int addressMask, IReadOnlyList<SourceId> devices)
    {
        // IOTLB first: the other way round a device could fetch the old translation again from the IOTLB.
        var batch = new List<InvalidationDescriptor>(1 + devices.Count) { InvalidationDescriptor.IotlbPage(domain, address, addressMask) };
        var pages = 1UL << addressMask;
        var first = new Iova(address.Value & ~((pages << 12) - 1));
        foreach (var device in devices) batch.Add(InvalidationDescriptor.DeviceTlb(device, first, pages));
        return Submit(cpu, batch);
    }

    /// <summary>Submits descriptors with a wait behind them and returns when its status has been written.</summary>
    /// <exception cref="GuestPanicException">The time limit passed, or the unit refused a descriptor.</exception>
    public async GuestCode Submit(IGuestCpu cpu, IReadOnlyList<InvalidationDescriptor> descriptors)
    {
        var began = cpu.NowNs;
        var spin = Spin.Of(cpu);
        while (!await TrySubmit(cpu, descriptors, began))
        {
            // Aborted by a device-TLB timeout: Linux repeats the whole submission, here with the same limit and patience as a poll.
            if (cpu.NowNs - began > _timeoutNs) Panic(cpu, began);
            var pause = spin.NextPauseNs();
            if (pause > 0) await cpu.Pause(pause);
        }
    }

    private async GuestCode<bool> TrySubmit(IGuestCpu cpu, IReadOnlyList<InvalidationDescriptor> descriptors, long began)
    {
        var slots = descriptors.Count + 1;
        await _lock.Acquire(cpu);
        var spin = Spin.Of(cpu);
        // One slot stays free because head = tail means empty.
        while (_free < slots + 1)
        {
            _lock.Release(cpu);
            if (cpu.NowNs - began > _timeoutNs) Panic(cpu, began);
            await cpu.Pause(Math.Max(100, spin.NextPauseNs()));
            await _lock.Acquire(cpu);
        }
        var first = _head;
        for (var i = 0; i < descriptors.Count; i++) Store(cpu, (first + i) % Length, descriptors[i]);
        var wait = (first + descriptors.Count) % Length;
        var status = new GuestPhysical(_status.Value + (ulong)(4 * wait));
        cpu.Memory.TryWrite32(status, InUse);
        Store(cpu, wait, InvalidationDescriptor.Wait(status, Done));
        for (var i = 0; i < slots; i++) _taken[(first + i) % Length] = true;
        _free -= slots;
        _head = (first + slots) % Length;
        await cpu.Write(_unitBase + RegisterOffset.Iqt, 4, (ulong)_head * 16);
        _lock.Release(cpu);

        spin = Spin.Of(cpu);
        uint seen;
        while ((seen = Load(cpu, status)) == InUse)
        {
            if (cpu.NowNs - began > _timeoutNs) Panic(cpu, began);
            await CheckFaults(cpu, first, slots);
            // Another vCPU's abort shows in the status word, and so does a completion that came during the register reads.
            if (Load(cpu, status) != InUse) continue;
            var pause = spin.NextPauseNs();
            if (pause > 0) await cpu.Pause(pause);
        }
        await _lock.Acquire(cpu);
        cpu.Memory.TryWrite32(status, Free);
        for (var i = 0; i < slots; i++) _taken[(first + i) % Length] = false;
        while (_free < Length && !_taken[_tail])
        {
            _tail = (_tail + 1) % Length;
            _free++;
        }
        _lock.Release(cpu);
        return seen != Aborted;
    }

    private async GuestCode CheckFaults(IGuestCpu cpu, int first, int slots)
    {
        if (((Fsts)(uint)await cpu.Read(_unitBase + RegisterOffset.Fsts, 4) & QueueFaults) == 0) return;
        // Read again under the queue lock: another vCPU may have dealt with it, and with ITE clear the unit fetches on, so that IQH
        // would name waits that are under way. Taken for aborted, such a wait would complete into a slot that has a new owner.
        await _lock.Acquire(cpu);
        try
        {
            await HandleFaults(cpu, first, slots);
        }
        finally
        {
            _lock.Release(cpu);
        }
    }

    private async GuestCode HandleFaults(IGuestCpu cpu, int first, int slots)
    {
        var faults = (Fsts)(uint)await cpu.Read(_unitBase + RegisterOffset.Fsts, 4);
        if ((faults & Fsts.QueueError) != 0)
        {
            var at = (int)(await cpu.Read(_unitBase + RegisterOffset.Iqh, 8) / 16);
            if ((at - first + Length) % Length < slots)
                throw new GuestPanicException($"the unit refused invalidation descriptor {at}");
        }
        if ((faults & Fsts.Timeout) != 0)
        {
            var head = (int)(await cpu.Read(_unitBase + RegisterOffset.Iqh, 8) / 16);
            await cpu.Write(_unitBase + RegisterOffset.Fsts, 4, (ulong)Fsts.Timeout);
            // The unit aborted every wait between the oldest unfinished one and its head without writing a status.
            for (var i = 0; i < Length; i++)
            {
                var index = (head + Length - 1 - i) % Length;
                if (!_taken[index]) break;
                var status = new GuestPhysical(_status.Value + (ulong)(4 * index));
                if (Load(cpu, status) == InUse) cpu.Memory.TryWrite32(status, Aborted);
            }
        }
        if ((faults & Fsts.CompletionError) != 0) await cpu.Write(_unitBase + RegisterOffset.Fsts, 4, (ulong)Fsts.CompletionError);
    }

    private static void Panic(IGuestCpu cpu, long began)
    {
        cpu.Watch.TimedOut(cpu.Guest, cpu.Index, cpu.NowNs - began);
        throw new GuestPanicException("no completion of a queued invalidation within the time limit");
    }

    private void Store(IGuestCpu cpu, int index, InvalidationDescriptor descriptor)
    {
        var address = _queue.Value + ((ulong)index * 16);
        cpu.Memory.TryWrite64(new GuestPhysical(address), descriptor.Low);
        cpu.Memory.TryWrite64(new GuestPhysical(address + 8), descriptor.High);
    }

    private static uint Load(IGuestCpu cpu, GuestPhysical address)
    {
        cpu.Memory.TryRead64(new GuestPhysical(address.Value & ~7UL), out var value);
        return (uint)((address.Value & 4) == 0 ? value : value >> 32);
    }
}
