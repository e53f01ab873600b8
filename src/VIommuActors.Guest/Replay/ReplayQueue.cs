using System.Collections.Immutable;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Recording;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Guest.Replay;

/// <summary>
/// The invalidation queue of a replay: recorded batches go into guest RAM, the tail is written, the last wait's status polled.
/// </summary>
internal sealed class ReplayQueue(ReplaySettings settings, ReplayTables tables, ReplayReport report)
{
    private const uint InUse = 1;

    private readonly Queue<(int Line, ulong Low, ulong High)> _expected = new();
    private readonly Queue<(int Line, GuestPhysical Address, uint Data)> _statuses = new();
    private readonly Queue<(GuestPhysical Address, uint Data)> _written = new();
    private readonly List<LiveLeaf> _unproven = [];
    private Iqa _iqa;
    private int _tail;

    /// <summary>IQA was written.</summary>
    public void SetBase(ulong iqa)
    {
        _iqa = new Iqa(iqa);
        _tail = 0;
    }

    /// <summary>Replays one tail write with what the recorded unit fetched after it.</summary>
    public async GuestCode Submit(
        IGuestCpu cpu, RecordedEvent tailWrite, ImmutableArray<RecordedEvent> batch, Func<IGuestCpu, List<LiveLeaf>, GuestCode> retire)
    {
        var covered = new List<LiveLeaf>();
        var descriptors = new List<(int Line, InvalidationDescriptor Descriptor)>(batch.Length);
        foreach (var recorded in batch)
        {
            var descriptor = new InvalidationDescriptor(recorded.Low, recorded.High);
            descriptors.Add((recorded.Line, descriptor));
            if (descriptor.Type != DescriptorType.Iotlb) continue;
            var (domain, address, pages) = ScopeOf(descriptor);
            covered.AddRange(tables.TakeCovered(domain is { } one ? [one] : null, address, pages));
            if (settings.DeviceTlb) AddDeviceTlb(descriptors, recorded.Line, domain, address, pages);
        }
        await retire(cpu, covered);

        var began = cpu.NowNs;
        var length = _iqa.Length;
        var moved = ((int)(tailWrite.Value / Iqa.DescriptorSize) - _tail + length) % length;
        (GuestPhysical Address, uint Data)? last = null;
        foreach (var (line, descriptor) in descriptors)
        {
            var at = _iqa.Base.Value + ((ulong)_tail * Iqa.DescriptorSize);
            cpu.Memory.TryWrite64(new GuestPhysical(at), descriptor.Low);
            cpu.Memory.TryWrite64(new GuestPhysical(at + 8), descriptor.High);
            _tail = (_tail + 1) % length;
            _expected.Enqueue((line, descriptor.Low, descriptor.High));
            if (descriptor is not { Type: DescriptorType.Wait, StatusWrite: true }) continue;
            last = (descriptor.StatusAddress, descriptor.StatusData);
            cpu.Memory.TryWrite32(descriptor.StatusAddress, descriptor.StatusData == InUse ? 0 : InUse);
            _statuses.Enqueue((line, descriptor.StatusAddress, descriptor.StatusData));
        }
        var tail = tailWrite.Value;
        if (settings.DeviceTlb)
        {
            // Device-TLB descriptors move everything behind them: the ring positions are this replay's own.
            if (descriptors.Count > 0)
            {
                tail = (ulong)_tail * Iqa.DescriptorSize;
                if (tail != tailWrite.Value) report.Note("IQT counts the device-TLB descriptors of ats");
            }
        }
        else if (moved != batch.Length)
        {
            report.Find(tailWrite.Line, $"the tail moves by {moved} descriptors, of which the recorded unit fetched {batch.Length}");
            _tail = (int)(tailWrite.Value / Iqa.DescriptorSize);
        }
        await cpu.Write(settings.UnitBase + RegisterOffset.Iqt, tailWrite.Size, tail);
        if (last is { } wait) await Poll(cpu, wait.Address, wait.Data, began);
        // Only a wait proves completion, and it proves that of all batches before it.
        _unproven.AddRange(covered);
        if (last is null) return;
        foreach (var leaf in _unproven) cpu.Watch.Revoked(leaf.Grant);
        _unproven.Clear();
        cpu.Watch.Invalidated(cpu.NowNs - began);
    }

    /// <summary>The unit fetched a descriptor.</summary>
    public void Fetched(ulong low, ulong high)
    {
        report.Descriptors++;
        if (!_expected.TryDequeue(out var expected)) report.Find(0, $"the unit fetched {low:x} {high:x}, which was not submitted");
        else if (expected.Low != low || expected.High != high)
            report.Find(expected.Line, $"the unit fetched {low:x} {high:x} where {expected.Low:x} {expected.High:x} was due");
    }

    /// <summary>The unit wrote a status.</summary>
    public void StatusWritten(GuestPhysical address, uint data)
    {
        report.StatusWrites++;
        _written.Enqueue((address, data));
        if (!_statuses.TryDequeue(out var expected)) report.Find(0, $"a status was written to {address} that nobody waits for");
        else if (expected.Address != address || expected.Data != data)
            report.Find(expected.Line, $"status {data:x} was written to {address} where {expected.Data:x} to {expected.Address} was due");
    }

    /// <summary>The recorded unit wrote a status here.</summary>
    public void Recorded(RecordedEvent status)
    {
        if (!_written.TryDequeue(out var written)) report.Find(status.Line, "the recorded unit wrote a status here, this one did not");
        else if (written.Address != status.Address || written.Data != status.Data)
            report.Find(
                status.Line, $"status {written.Data:x} was written to {written.Address}, recorded {status.Data:x} to {status.Address}");
    }

    /// <summary>The recording is over: everything that was submitted must have been fetched and completed.</summary>
    public void Close()
    {
        if (_expected.Count > 0) report.Find(_expected.Peek().Line, $"{_expected.Count} descriptors were never fetched");
        if (_written.Count > 0) report.Find(0, $"{_written.Count} statuses were written that the recorded unit did not write");
        if (_statuses.Count > 0) report.Find(_statuses.Peek().Line, $"{_statuses.Count} statuses were never written");
    }

    private async GuestCode Poll(IGuestCpu cpu, GuestPhysical address, uint data, long began)
    {
        var spin = Spin.Of(cpu);
        while (Load(cpu, address) != data)
        {
            if (cpu.NowNs - began > settings.InvalidationTimeoutNs)
            {
                cpu.Watch.TimedOut(cpu.Guest, cpu.Index, cpu.NowNs - began);
                throw new GuestPanicException("no completion of a queued invalidation within the time limit");
            }
            // As Linux does: FSTS each round, which is what takes the time. A fault there is none of the recording's.
            var faults = await cpu.Read(settings.UnitBase + RegisterOffset.Fsts, 4);
            if ((faults & (ulong)Fsts.QueueError) != 0) throw new GuestPanicException("the unit refused a recorded descriptor");
            var pause = spin.NextPauseNs();
            if (pause > 0) await cpu.Pause(pause);
        }
    }

    private void AddDeviceTlb(
        List<(int Line, InvalidationDescriptor Descriptor)> into, int line, DomainId? domain, Iova address, ulong pages)
    {
        var devices = domain is { } one ? tables.DevicesOf(one) : tables.AllDevices();
        foreach (var device in devices)
        {
            report.Note("device-TLB invalidations added for ats");
            into.Add((line, InvalidationDescriptor.DeviceTlb(device, address, pages)));
        }
    }

    private static (DomainId? Domain, Iova Address, ulong Pages) ScopeOf(InvalidationDescriptor descriptor) => descriptor.Granularity switch
    {
        1 => (null, default, InvalidationDescriptor.AllPages),
        2 => (descriptor.Domain, default, InvalidationDescriptor.AllPages),
        _ => (
            descriptor.Domain,
            new Iova(descriptor.Address.Value & ~((4096UL << descriptor.AddressMask) - 1)),
            1UL << descriptor.AddressMask),
    };

    private static uint Load(IGuestCpu cpu, GuestPhysical address)
    {
        cpu.Memory.TryRead64(new GuestPhysical(address.Value & ~7UL), out var value);
        return (uint)((address.Value & 4) == 0 ? value : value >> 32);
    }
}
