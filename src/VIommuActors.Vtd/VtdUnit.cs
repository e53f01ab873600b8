using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Interrupts;
using VIommuActors.Vtd.Invalidation;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Registers;
using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Vtd;

/// <summary>One emulated remapping unit. Single threaded; never blocks; knows nothing of actors, links or protocols.</summary>
/// <remarks>
/// This class is the register front: widths, splitting, who owns which offset. The work is done by the parts it is made of.
/// </remarks>
public sealed class VtdUnit
{
    private const ulong LowHalf = 0xffffffff, HighHalf = RegisterInvalidation.HighHalf;
    private const uint Version = 0x10;

    private readonly HostPort _host;
    private readonly FaultLog _faults;
    private readonly DmaRemapping _remapping;
    private readonly CacheFlusher _flusher;
    private readonly RegisterInvalidation _registers;
    private readonly QueuedInvalidation _queue;
    private readonly InterruptRemapping _interrupts;
    private readonly GlobalStatus _global;
    private readonly Cap _cap;
    private readonly Ecap _ecap;

    /// <summary>Builds a unit in its power-on state.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public VtdUnit(VtdOptions options, IGuestMemory memory, IVtdHost host)
    {
        options.Validate();
        Options = options;
        _cap = Cap.From(options);
        _ecap = Ecap.From(options);
        _host = new HostPort(host);
        _faults = new FaultLog(_host, options.Quirks);
        _remapping = new DmaRemapping(options, memory, _faults, _host);
        _flusher = new CacheFlusher(options, _remapping, _host);
        _registers = new RegisterInvalidation(options, _flusher);
        _queue = new QueuedInvalidation(options, memory, _host, _flusher, _faults);
        _interrupts = new InterruptRemapping(options, memory, _faults);
        _global = new GlobalStatus(options, _remapping, _queue, _flusher, _interrupts);
    }

    /// <summary>What the unit was built with.</summary>
    public VtdOptions Options { get; }

    /// <summary>What the caches did since the unit was built; a reset does not clear them.</summary>
    public VtdCounters Counters => _remapping.Counters;

    /// <summary>True while the host still has to complete something, or a wait descriptor stands behind such a thing.</summary>
    public bool HasPending => _registers.Pending || _global.Pending || _queue.PendingCount > 0;

    /// <summary>Guest read of <paramref name="size"/> bytes at <paramref name="offset"/> from the unit's base.</summary>
    /// <remarks>4 and 8 bytes at 4-byte aligned offsets; everything else, and what lies beyond the registers, reads 0.</remarks>
    public ulong Read(uint offset, int size)
    {
        if ((offset & 3) != 0) return 0;
        return size switch
        {
            4 => ReadWord(offset),
            8 => ReadWord(offset) | ((ulong)ReadWord(offset + 4) << 32),
            _ => 0,
        };
    }

    /// <summary>Guest write of <paramref name="size"/> bytes at <paramref name="offset"/> from the unit's base.</summary>
    /// <remarks>
    /// 4 and 8 bytes at 4-byte aligned offsets; everything else vanishes. An 8-byte write at an 8-byte aligned offset reaches a 64-bit
    /// register as low half, then high half; at the place of a 32-bit register its upper half is dropped. Elsewhere it is two writes.
    /// </remarks>
    public void Write(uint offset, int size, ulong value)
    {
        _host.AssertIdle();
        if ((offset & 3) != 0 || size is not (4 or 8)) return;
        WriteWord(offset, (uint)value);
        if (size == 8 && ((offset & 7) != 0 || Is64Bit(offset))) WriteWord(offset + 4, (uint)(value >> 32));
    }

    /// <summary>Translates an untranslated request; walks on a miss, fills the caches, records a fault.</summary>
    /// <remarks>
    /// <paramref name="wanted"/> None stands for a zero-length read and is treated as a read (CAP.ZLR = 0). A cached entry that does not
    /// allow the access is walked anew, so that the fault is recorded or the stronger entry found; with quirks it is dropped silently.
    /// </remarks>
    public Translated Translate(SourceId source, Iova address, Permission wanted) => _remapping.Translate(source, address, wanted);

    /// <summary>As <see cref="Translate"/> for an ATS translation request: needs TT=1 and ECAP.DT, else fault 0xd.</summary>
    /// <remarks>Reasons 4, 5 and 6 are answers to such a request ("no access"): they are returned but not recorded.</remarks>
    public Translated TranslateForDevice(SourceId source, Iova address, Permission wanted) =>
        _remapping.TranslateForDevice(source, address, wanted);

    /// <summary>Remaps an interrupt request: a doubleword write of <paramref name="source"/> to 0xfee00000–0xfeefffff.</summary>
    /// <remarks>With IRE = 0 the message goes out as it is. A fault is recorded, and the message is dropped.</remarks>
    public RemappedInterrupt RemapInterrupt(SourceId source, ulong address, uint data) => _interrupts.Remap(source, address, data);

    /// <summary>The host ended what it had left pending. Unknown or already completed ids are ignored and return false.</summary>
    /// <exception cref="InvalidOperationException">Called from within a callback.</exception>
    public bool Complete(InvalidationId id)
    {
        _host.AssertIdle();
        return _registers.Complete(id) || _global.Complete(id) || _queue.Complete(id);
    }

    /// <summary>No completion came for a device-TLB invalidation in time: FSTS.ITE, waits are aborted.</summary>
    /// <remarks>
    /// Every wait that was fetched and is not over is aborted: no status write, no IWC. Other invalidations stay pending. Ids of other
    /// kinds, unknown and completed ones are ignored and return false.
    /// </remarks>
    /// <exception cref="InvalidOperationException">Called from within a callback.</exception>
    public bool TimeOut(InvalidationId id)
    {
        _host.AssertIdle();
        return _queue.TimeOut(id);
    }

    /// <summary>A device completed an invalidation that is not under way: FSTS.ICE, IQERCD.ICESID. Nothing stops.</summary>
    /// <exception cref="InvalidOperationException">Called from within a callback.</exception>
    public void UnexpectedCompletion(SourceId source)
    {
        _host.AssertIdle();
        _faults.UnexpectedCompletion(source);
    }

    /// <summary>Device reset: everything as at power on, caches empty, pending invalidations forgotten.</summary>
    /// <exception cref="InvalidOperationException">Called from within a callback.</exception>
    public void Reset()
    {
        _host.AssertIdle();
        _faults.Reset();
        _remapping.Reset();
        _registers.Reset();
        _queue.Reset();
        _interrupts.Reset();
        _global.Reset();
    }

    private static bool Is64Bit(uint offset) => offset is RegisterOffset.Rtaddr or RegisterOffset.Ccmd or RegisterOffset.Iqt
        or RegisterOffset.Iqa or RegisterOffset.Irta or RegisterOffset.Iva or RegisterOffset.Iotlb or RegisterOffset.Frcd + 8;

    private static uint High(ulong value) => (uint)(value >> 32);

    private uint ReadWord(uint offset) => offset switch
    {
        RegisterOffset.Ver => Version,
        RegisterOffset.Cap => (uint)_cap.Raw,
        RegisterOffset.Cap + 4 => High(_cap.Raw),
        RegisterOffset.Ecap => (uint)_ecap.Raw,
        RegisterOffset.Ecap + 4 => High(_ecap.Raw),
        RegisterOffset.Gsts => (uint)_global.Status,
        RegisterOffset.Rtaddr => (uint)_global.Root.Raw,
        RegisterOffset.Rtaddr + 4 => High(_global.Root.Raw),
        RegisterOffset.Ccmd => (uint)(_registers.Ccmd.Raw & Ccmd.Readable),
        RegisterOffset.Ccmd + 4 => High(_registers.Ccmd.Raw & Ccmd.Readable),
        RegisterOffset.Fsts => (uint)_faults.Status,
        RegisterOffset.Fectl => (uint)_faults.Event.Control,
        RegisterOffset.Fedata => _faults.Event.Data,
        RegisterOffset.Feaddr => _faults.Event.Address,
        RegisterOffset.Iqh => (uint)_queue.Head,
        RegisterOffset.Iqt => (uint)_queue.Tail,
        RegisterOffset.Iqa => (uint)_queue.Address,
        RegisterOffset.Iqa + 4 => High(_queue.Address),
        RegisterOffset.Ics => _queue.WaitCompleted ? 1u : 0u,
        RegisterOffset.Iectl => (uint)_queue.Event.Control,
        RegisterOffset.Iedata => _queue.Event.Data,
        RegisterOffset.Ieaddr => _queue.Event.Address,
        RegisterOffset.Iqercd => (uint)_faults.QueueErrors.Raw,
        RegisterOffset.Iqercd + 4 => High(_faults.QueueErrors.Raw),
        RegisterOffset.Irta => (uint)_global.InterruptTable,
        RegisterOffset.Irta + 4 => High(_global.InterruptTable),
        RegisterOffset.Iotlb + 4 => High(_registers.Iotlb.Raw),
        RegisterOffset.Frcd => (uint)_faults.Record0.Low,
        RegisterOffset.Frcd + 4 => High(_faults.Record0.Low),
        RegisterOffset.Frcd + 8 => (uint)_faults.Record0.High,
        RegisterOffset.Frcd + 12 => High(_faults.Record0.High),
        _ => 0, // write-only, absent, or beyond the last register
    };

    private void WriteWord(uint offset, uint value)
    {
        var high = (ulong)value << 32;
        switch (offset)
        {
            case RegisterOffset.Gcmd: _global.WriteCommand(value); break;
            case RegisterOffset.Rtaddr: _global.WriteRoot(value, LowHalf); break;
            case RegisterOffset.Rtaddr + 4: _global.WriteRoot(high, HighHalf); break;
            case RegisterOffset.Ccmd: _registers.WriteCcmd(value, LowHalf, _queue.Enabled); break;
            case RegisterOffset.Ccmd + 4: _registers.WriteCcmd(high, HighHalf, _queue.Enabled); break;
            case RegisterOffset.Fsts: WriteFaultStatus(value); break;
            case RegisterOffset.Fectl: _faults.Event.WriteControl(value); break;
            case RegisterOffset.Fedata: _faults.Event.WriteData(value); break;
            case RegisterOffset.Feaddr: _faults.Event.WriteAddress(value); break;
            case RegisterOffset.Irta: _global.WriteInterruptTable(value, LowHalf); break;
            case RegisterOffset.Irta + 4: _global.WriteInterruptTable(high, HighHalf); break;
            case RegisterOffset.Iva: _registers.WriteIva(value, LowHalf); break;
            case RegisterOffset.Iva + 4: _registers.WriteIva(high, HighHalf); break;
            case RegisterOffset.Iotlb: _registers.WriteIotlb(value, LowHalf, _queue.Enabled); break;
            case RegisterOffset.Iotlb + 4: _registers.WriteIotlb(high, HighHalf, _queue.Enabled); break;
            case RegisterOffset.Frcd + 12: _faults.WriteRecordTop(value); break;
            default:
                if (Options.QueuedInvalidation) WriteQueueWord(offset, value, high);
                break;
        }
    }

    // The queue's registers are reserved on a unit without ECAP.QI.
    private void WriteQueueWord(uint offset, uint value, ulong high)
    {
        switch (offset)
        {
            case RegisterOffset.Iqt: _queue.WriteTail(value); break;
            case RegisterOffset.Iqa: _queue.WriteAddress(value, LowHalf); break;
            case RegisterOffset.Iqa + 4: _queue.WriteAddress(high, HighHalf); break;
            case RegisterOffset.Ics: _queue.WriteStatus(value); break;
            case RegisterOffset.Iectl: _queue.Event.WriteControl(value); break;
            case RegisterOffset.Iedata: _queue.Event.WriteData(value); break;
            case RegisterOffset.Ieaddr: _queue.Event.WriteAddress(value); break;
            default: break;
        }
    }

    private void WriteFaultStatus(uint value)
    {
        var cleared = _faults.WriteStatus(value);
        // The specification restarts a stopped queue here; QEMU waits for the next tail.
        var restarts = Options.QemuQuirks ? cleared & Fsts.Timeout : cleared & Fsts.StopsQueue;
        if (restarts != 0) _queue.Resume();
    }
}
