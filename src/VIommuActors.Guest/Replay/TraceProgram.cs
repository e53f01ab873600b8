using System.Collections.Immutable;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Guest.Recording;
using VIommuActors.Guest.Workloads;
using VIommuActors.Oracle;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Guest.Replay;

/// <summary>How a recording is replayed.</summary>
public sealed record ReplaySettings
{
    /// <summary>Guest-physical base of the unit.</summary>
    public required ulong UnitBase { get; init; }

    /// <summary>Clear and invalidate without waiting for requests that still use the mapping, unlike the recorded driver.</summary>
    public required bool UnmapWhileInFlight { get; init; }

    /// <summary>Devices use ATS: a device-TLB invalidation follows each IOTLB invalidation.</summary>
    public required bool DeviceTlb { get; init; }

    /// <summary>Recorded microseconds become think time of this many nanoseconds ÷ <see cref="ThinkDivisor"/>; 0 for none.</summary>
    public required long ThinkFactor { get; init; }

    /// <summary>See <see cref="ThinkFactor"/>.</summary>
    public required long ThinkDivisor { get; init; }

    /// <summary>DMAR_OPERATION_TIMEOUT in virtual nanoseconds.</summary>
    public required long InvalidationTimeoutNs { get; init; }

    /// <summary>Requests that may wait before the guest pauses.</summary>
    public required int Backlog { get; init; }
}

/// <summary>
/// Does to this machine what a recorded driver did to a real emulated unit: the same register accesses and descriptors in the same
/// order, with the recorded translations as the devices' work. The first vCPU replays; the others have nothing to do.
/// </summary>
public sealed class TraceProgram : IGuestProgram
{
    private const int AccessBytes = 64;
    private const ulong Busy = 1UL << 63;

    private readonly ReplayScript _script;
    private readonly ReplaySettings _settings;
    private readonly ReplayTables _tables;
    private readonly ReplayQueue _queue;
    private readonly uint _iotlb;
    private ulong _root, _iva;
    private long _ivaAtNs = -1;
    private (uint Register, long BeganNs, List<LiveLeaf> Covered)? _open;

    /// <summary>Prepares a replay on a fresh guest.</summary>
    public TraceProgram(ReplayScript script, ReplaySettings settings, GuestHeap heap, Func<DomainId, DomainKey> keyOf, ReplayReport report)
    {
        _script = script;
        _settings = settings;
        Report = report;
        _tables = new ReplayTables(heap, settings.DeviceTlb, keyOf);
        _queue = new ReplayQueue(settings, _tables, report);
        _iotlb = script.Recording.Summary.Ecap is { } ecap ? new Ecap(ecap).InvalidationOffset + 8 : RegisterOffset.Iotlb;
    }

    /// <summary>What came of it.</summary>
    public ReplayReport Report { get; }

    /// <summary>Compares what the unit fetches to what was submitted.</summary>
    public Action<ulong, ulong> Fetched => _queue.Fetched;

    /// <summary>Compares status writes to the recorded ones.</summary>
    public Action<GuestPhysical, uint> StatusWritten => _queue.StatusWritten;

    /// <inheritdoc/>
    public async GuestCode Run(IGuestCpu cpu)
    {
        if (cpu.Index != 0) return;
        cpu.Watch.WorkBegins(cpu.Guest);
        var events = _script.Recording.Events;
        var before = 0L;
        for (var i = 0; i < events.Length; i++)
        {
            var e = events[i];
            if (_settings.ThinkFactor > 0 && e.TimeUs > before)
            {
                await cpu.Pause((e.TimeUs - before) * 1000 * _settings.ThinkFactor / _settings.ThinkDivisor);
                before = e.TimeUs;
            }
            switch (e.Kind)
            {
                case RecordedKind.RegisterWrite:
                    await Write(cpu, e, i);
                    break;
                case RecordedKind.RegisterRead:
                    await Read(cpu, e);
                    break;
                case RecordedKind.ContextEntry:
                    _tables.SetContext(cpu, _root, e.Source, e.Low, e.High);
                    break;
                case RecordedKind.TranslationMiss:
                    await Access(cpu, e, _tables.Ensure(cpu, e.Source, e.Iova, e.PageMask, e.Pte));
                    break;
                case RecordedKind.TranslationHit:
                    // A hit whose miss came before the recording began shows its leaf, but not its size.
                    await Access(cpu, e, _tables.Find(e.Source, e.Iova) ?? _tables.Ensure(cpu, e.Source, e.Iova, 0xfff, e.Pte));
                    break;
                case RecordedKind.QueueDescriptor or RecordedKind.WaitStatus or RecordedKind.Invalidation
                    or RecordedKind.UnitState or RecordedKind.Mark:
                    // Told by the recorded unit of itself: compared where they happen, not replayed.
                    break;
                default:
                    Report.NotReplayed++;
                    break;
            }
        }
        await Complete(cpu);
        await cpu.Backlog(0);
        _queue.Close();
    }

    private async GuestCode Access(IGuestCpu cpu, RecordedEvent e, LiveLeaf? leaf)
    {
        if (leaf is null)
        {
            Report.Find(e.Line, $"a translation for device {e.Source} before its context entry");
            return;
        }
        Report.Translations++;
        var left = leaf.Mask + 1 - (e.Iova.Value & leaf.Mask);
        var bytes = (int)Math.Min(Math.Min(AccessBytes, left), 4096 - (e.Iova.Value & 0xfff));
        // The recording does not say which way the bytes went: where both are allowed, the line decides.
        var write = (leaf.Pte & 3) switch { 1 => false, 2 => true, _ => (e.Line & 1) == 0 };
        var device = _script.Sources.IndexOf(e.Source);
        leaf.Works.Add(cpu.Ring(device, [new DmaSegment(e.Iova, bytes, write)], 1, leaf.Grant));
        await cpu.Backlog(_settings.Backlog);
    }

    private async GuestCode Write(IGuestCpu cpu, RecordedEvent e, int index)
    {
        var register = (uint)e.Offset;
        if (_open is not null) await Complete(cpu);
        if (register == RegisterOffset.Iqt)
        {
            await _queue.Submit(cpu, e, _script.BatchOf(index), Retire);
            return;
        }
        var began = cpu.NowNs;
        if (register == _iotlb - 8)
        {
            _iva = e.Value;
            _ivaAtNs = began;
        }
        else if (register == _iotlb && (e.Value & Busy) != 0)
            await Open(cpu, register, _ivaAtNs >= 0 ? _ivaAtNs : began, IotlbScope(e.Value));
        else if (register == RegisterOffset.Ccmd && (e.Value & Busy) != 0) await Open(cpu, register, began, []);
        // Devices are quiet before their unit stops translating: from then on their addresses would mean something else.
        if (register == RegisterOffset.Gcmd && ((Gcmd)(uint)e.Value & Gcmd.Translation) == 0) await cpu.Backlog(0);
        if (register == RegisterOffset.Rtaddr) _root = e.Value & ReplayScript.AddressBits;
        if (register == RegisterOffset.Iqa) _queue.SetBase(e.Value);
        await cpu.Write(_settings.UnitBase + register, e.Size, e.Value);
        if (register != _iotlb - 8) _ivaAtNs = -1;
    }

    private async GuestCode Open(IGuestCpu cpu, uint register, long beganNs, List<LiveLeaf> covered)
    {
        var waited = cpu.NowNs;
        await Retire(cpu, covered);
        // Waiting for devices is the driver's patience before it begins, not part of the invalidation.
        _open = (register, beganNs + (cpu.NowNs - waited), covered);
    }

    private List<LiveLeaf> IotlbScope(ulong command)
    {
        var reg = new IotlbReg(command);
        var mask = (int)(_iva & 0x3f);
        return (command >> 60 & 3) switch
        {
            1 => _tables.TakeCovered(null, default, InvalidationDescriptor.AllPages),
            2 => _tables.TakeCovered([reg.Domain], default, InvalidationDescriptor.AllPages),
            3 => _tables.TakeCovered([reg.Domain], new Iova(_iva & ~((4096UL << mask) - 1)), 1UL << mask),
            _ => [],
        };
    }

    /// <summary>
    /// The driver is about to invalidate: clears what will be covered, after its devices have finished unless told otherwise.
    /// </summary>
    private async GuestCode Retire(IGuestCpu cpu, List<LiveLeaf> covered)
    {
        foreach (var leaf in covered)
        {
            if (!_settings.UnmapWhileInFlight)
            {
                foreach (var work in leaf.Works) await cpu.Completion(work);
            }
            _tables.Clear(leaf);
            cpu.Watch.Withdrawn(leaf.Grant);
        }
    }

    private async GuestCode Read(IGuestCpu cpu, RecordedEvent e)
    {
        var register = (uint)e.Offset;
        Report.Reads++;
        if (_open is { } open && open.Register == register && (e.Value & Busy) == 0) await Complete(cpu, e);
        else Compare(e, await Settled(cpu, e));
    }

    /// <summary>Reads a register; one whose value is a matter of time is read until it is the recorded one.</summary>
    private async GuestCode<ulong> Settled(IGuestCpu cpu, RecordedEvent e)
    {
        var began = cpu.NowNs;
        var value = await cpu.Read(_settings.UnitBase + (uint)e.Offset, e.Size);
        if (value == e.Value)
        {
            Report.EqualReads++;
            return value;
        }
        if ((uint)e.Offset != RegisterOffset.Gsts) return value;
        var spin = new Spin();
        while (cpu.NowNs - began <= _settings.InvalidationTimeoutNs)
        {
            value = await cpu.Read(_settings.UnitBase + (uint)e.Offset, e.Size);
            if (value == e.Value)
            {
                Report.Late((uint)e.Offset);
                return value;
            }
            var pause = spin.NextPauseNs();
            if (pause > 0) await cpu.Pause(pause);
        }
        return value;
    }

    private void Compare(RecordedEvent e, ulong value)
    {
        if (value == e.Value) return;
        if (_settings.DeviceTlb && (uint)e.Offset == RegisterOffset.Ecap && (value ^ e.Value) == 1UL << 2)
        {
            Report.Note("ECAP.DT is set for ats");
            return;
        }
        Report.Find(e.Line, $"register 0x{e.Offset:x} reads 0x{value:x}, recorded 0x{e.Value:x}");
    }

    /// <summary>Polls an open register command to its end, as the recorded driver did before it went on.</summary>
    private async GuestCode Complete(IGuestCpu cpu, RecordedEvent? recorded = null)
    {
        if (_open is not { } open) return;
        _open = null;
        var spin = new Spin();
        var looks = 0;
        ulong value;
        while (((value = await cpu.Read(_settings.UnitBase + open.Register, 8)) & Busy) != 0)
        {
            looks++;
            if (cpu.NowNs - open.BeganNs > _settings.InvalidationTimeoutNs)
            {
                cpu.Watch.TimedOut(cpu.Guest, cpu.Index, cpu.NowNs - open.BeganNs);
                throw new GuestPanicException("no completion of a register-based invalidation within the time limit");
            }
            var pause = spin.NextPauseNs();
            if (pause > 0) await cpu.Pause(pause);
        }
        Report.RegisterInvalidations++;
        foreach (var leaf in open.Covered) cpu.Watch.Revoked(leaf.Grant);
        cpu.Watch.Invalidated(cpu.NowNs - open.BeganNs);
        if (recorded is not { } e) return;
        if (value != e.Value) Compare(e, value);
        else if (looks == 0) Report.EqualReads++;
        else Report.Late((uint)e.Offset);
    }
}
