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
    private readonly Dictionary<uint, ulong> _lowHalves = [];
    private OpenCommand? _open;
    private bool _queueOn;

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
                case RecordedKind.WaitStatus:
                    _queue.Recorded(e);
                    break;
                case RecordedKind.Invalidation:
                    Confirm(e);
                    break;
                case RecordedKind.TranslationHit:
                    // A hit whose miss came before the recording began shows its leaf, but not its size.
                    await Access(cpu, e, _tables.Find(e.Source, e.Iova) ?? _tables.Ensure(cpu, e.Source, e.Iova, 0xfff, e.Pte));
                    break;
                case RecordedKind.QueueDescriptor or RecordedKind.UnitState or RecordedKind.Mark:
                    // Descriptors belong to the tail write before them; the others are the recorded unit's own remarks.
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
        if (_tables.DomainOf(e.Source) is { } domain && domain != e.Domain)
            Report.Find(e.Line, $"device {e.Source} is in domain {domain} by its context entry, recorded {e.Domain}");
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
        var (register, value, whole) = Joined(e);
        if (_open is not null) await Complete(cpu);
        if (register == RegisterOffset.Iqt)
        {
            if (!_queueOn && !_script.BatchOf(index).IsEmpty)
            {
                throw new RecordedTraceException(
                    _script.Recording.FileName,
                    e.Line,
                    "descriptors are submitted to a queue that was not switched on; accepted: IQA and GCMD.QIE before");
            }
            await _queue.Submit(cpu, e, _script.BatchOf(index), Retire);
            return;
        }
        var began = cpu.NowNs;
        if (register == _iotlb - 8)
        {
            _iva = value;
            _ivaAtNs = began;
        }
        else if (whole && register == _iotlb && (value & Busy) != 0)
            await Open(cpu, new OpenCommand(register, value, _iva, _ivaAtNs >= 0 ? _ivaAtNs : began, IotlbScope(value)));
        else if (whole && register == RegisterOffset.Ccmd && (value & Busy) != 0)
            await Open(cpu, new OpenCommand(register, value, 0, began, []));
        // Devices are quiet before their unit stops translating: from then on their addresses would mean something else.
        if (register == RegisterOffset.Gcmd && ((Gcmd)(uint)e.Value & Gcmd.Translation) == 0) await cpu.Backlog(0);
        if (register == RegisterOffset.Gcmd) _queueOn = ((Gcmd)(uint)e.Value & Gcmd.QueuedInvalidation) != 0;
        if (register == RegisterOffset.Rtaddr) _root = value & ReplayScript.AddressBits;
        if (register == RegisterOffset.Iqa) _queue.SetBase(value);
        await cpu.Write(_settings.UnitBase + (uint)e.Offset, e.Size, e.Value);
        if (register != _iotlb - 8) _ivaAtNs = -1;
    }

    /// <summary>
    /// The 64-bit register a write goes to and what it then holds. A driver may write two halves: the command is in the high one,
    /// and only with it the write is whole.
    /// </summary>
    private (uint Register, ulong Value, bool Whole) Joined(RecordedEvent e)
    {
        var register = (uint)e.Offset;
        var at = register & ~7U;
        if (e.Size == 8 || !(at == _iotlb || at == _iotlb - 8 || at is RegisterOffset.Ccmd or RegisterOffset.Rtaddr or RegisterOffset.Iqa))
            return (register, e.Value, true);
        if (register == at)
        {
            _lowHalves[at] = e.Value;
            return (at, e.Value, false);
        }
        return (at, (e.Value << 32) | _lowHalves.GetValueOrDefault(at), true);
    }

    private async GuestCode Open(IGuestCpu cpu, OpenCommand command)
    {
        var waited = cpu.NowNs;
        await Retire(cpu, command.Covered);
        // Waiting for devices is the driver's patience before it begins, not part of the invalidation.
        _open = command with { BeganNs = command.BeganNs + (cpu.NowNs - waited) };
    }

    /// <summary>The recorded unit carried out a command: the one that is open, with the same reach.</summary>
    private void Confirm(RecordedEvent e)
    {
        if (_open is not { } open)
        {
            Report.Find(e.Line, "the recorded unit carried out an invalidation that no register write asked for");
            return;
        }
        var granularity = open.Value >> (open.Register == _iotlb ? 60 : 61) & 3;
        var same = e.Invalidation switch
        {
            RecordedInvalidation.Global => open.Register == _iotlb && granularity == 1,
            RecordedInvalidation.Domain => open.Register == _iotlb && granularity == 2 && new IotlbReg(open.Value).Domain == e.Domain,
            RecordedInvalidation.Page => open.Register == _iotlb && granularity == 3 && new IotlbReg(open.Value).Domain == e.Domain
                && (int)(open.Iva & 0x3f) == e.AddressMask && (open.Iva ^ e.Iova.Value) >> (12 + e.AddressMask) == 0,
            // Domain-selective requests are carried out as global ones.
            RecordedInvalidation.Context => open.Register == RegisterOffset.Ccmd && granularity is 1 or 2,
            _ => open.Register == RegisterOffset.Ccmd && granularity == 3 && (ushort)(open.Value >> 16) == e.Source.Value,
        };
        if (!same) Report.Find(e.Line, $"the recorded unit carried out {e.Invalidation}, 0x{open.Value:x} asks for something else");
        _open = open with { IsConfirmed = true };
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
        if (_open is { } open && (open.Register == register || open.Register + 4 == register))
        {
            var busy = e.Size == 8 ? e.Value >> 63 : open.Register + 4 == register ? e.Value >> 31 & 1 : 1;
            if (busy == 0)
            {
                await Complete(cpu, e);
                return;
            }
        }
        Compare(e, await Settled(cpu, e));
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
        var spin = Spin.Of(cpu);
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
        var spin = Spin.Of(cpu);
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
        if (!open.IsConfirmed && _script.Recording.Summary.Count(RecordedKind.Invalidation) > 0)
            Report.Find(e.Line, "the recorded unit did not carry out the command that is over here");
        if (e.Size == 4) value = e.Offset == open.Register ? (uint)value : value >> 32;
        if (value != e.Value) Compare(e, value);
        else if (looks == 0) Report.EqualReads++;
        else Report.Late((uint)e.Offset);
    }

    /// <summary>A register command that was written and not yet seen complete.</summary>
    private sealed record OpenCommand(
        uint Register, ulong Value, ulong Iva, long BeganNs, List<LiveLeaf> Covered, bool IsConfirmed = false);
}
