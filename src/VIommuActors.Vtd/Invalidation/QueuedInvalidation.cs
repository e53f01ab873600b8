using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Registers;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Invalidation;

/// <summary>The invalidation queue: IQA, IQH, IQT, ICS and the completion event.</summary>
/// <remarks>
/// VT-d specification §6.5.2. IQH moves when a descriptor was fetched and verified; only a wait descriptor proves completion. Descriptors
/// start in queue order; those behind a wait with FN=1 start when it is over. Waits are over in queue order.
/// </remarks>
internal sealed class QueuedInvalidation(VtdOptions options, IGuestMemory memory, HostPort host, CacheFlusher flusher, FaultLog faults)
{
    private readonly PendingList _pending = new();
    private readonly DescriptorRules _rules = new(options);
    private readonly ulong _readableLow = options.Quirks switch { null => 0xfff, QemuRelease.Qemu7 => 0x7, _ => 0x807 };
    private ulong _written;   // IQA as software wrote it
    private Iqa _latched;     // IQA as QIE found it
    private ulong _head, _tail, _tailRead, _step = Iqa.DescriptorSize;
    private bool _disabling;  // QIE was written as 0 before the queue had drained
    private bool _lastWasWait;

    public EventInterrupt Event { get; } = new(host, dataMask: 0xffffffff);

    public bool Enabled { get; private set; }

    public bool WaitCompleted { get; private set; }

    public ulong Head => _head;

    public ulong Tail => _tailRead;

    public int PendingCount => _pending.Count;

    /// <summary>IQA as it reads. QEMU shows the base of the queue in use, 0 before the first; 7.2 does not show DW.</summary>
    public ulong Address => (options.QemuQuirks ? _latched.Base.Value : _written & ~0xfffUL) | (_written & _readableLow);

    public void WriteAddress(ulong value, ulong half)
    {
        var mask = half & Iqa.Writable;
        _written = (_written & ~mask) | (value & mask);
    }

    public void WriteTail(uint value)
    {
        _tailRead = value & Iqa.PointerMask;
        // QEMU 7.2 forgets a tail between two descriptors.
        if (options.Quirks == QemuRelease.Qemu7 && _tailRead % _step != 0) return;
        _tail = _tailRead;
        CheckTailAndRun();
    }

    /// <summary>Guest write of ICS: RW1C.</summary>
    public void WriteStatus(uint value)
    {
        if ((value & 1) == 0) return;
        WaitCompleted = false;
        Event.Withdraw();
    }

    /// <summary>
    /// GCMD.QIE. Switching off takes effect when everything fetched is over and nothing more can be fetched; QEMU forgets the request
    /// unless the queue is empty and ended with a wait.
    /// </summary>
    public void SetEnabled(bool wanted)
    {
        _disabling = false;
        if (wanted == Enabled) return;
        if (wanted)
        {
            _latched = new Iqa(options.QemuQuirks ? _written & (((1UL << options.HostAddressWidth) - 1) | 0xfff) : _written);
            _step = options.ScalableMode && _latched.IsWide ? 2 * Iqa.DescriptorSize : Iqa.DescriptorSize;
            _head = 0;
            Enabled = true;
            if (_tail != 0) CheckTailAndRun();
            return;
        }

        _disabling = !options.QemuQuirks || _lastWasWait;
        DisableIfDrained();
        if (options.QemuQuirks) _disabling = false;
    }

    /// <summary>Software has cleared what stopped the queue. A bad tail is judged again when software writes a tail.</summary>
    public void Resume()
    {
        if (_tail < _latched.Bytes && _tail % _step == 0) Run();
    }

    public bool Complete(InvalidationId id)
    {
        if (!_pending.Complete(id)) return false;
        Settle();
        return true;
    }

    public bool TimeOut(InvalidationId id)
    {
        if (!_pending.TimeOut(id, out var device)) return false;
        faults.Timeout(device);
        Settle();
        return true;
    }

    public void Reset()
    {
        _pending.Clear();
        _written = _head = _tail = _tailRead = 0;
        _latched = default;
        _step = Iqa.DescriptorSize;
        Enabled = _disabling = _lastWasWait = WaitCompleted = false;
        Event.Reset();
    }

    private void CheckTailAndRun()
    {
        if (!Enabled || faults.StopsQueue) return;
        if (_tail >= _latched.Bytes)
            faults.QueueError(QueueErrorInfo.TailBeyondQueue);
        else if (_tail % _step != 0)
            faults.QueueError(QueueErrorInfo.TailMisaligned);
        else
            Run();
    }

    private void Settle()
    {
        while (_pending.TryTakeWait(out var wait)) Finish(wait);
        Run();
    }

    private void Run()
    {
        // The list is as long as the queue at most: a guest that never lets the host finish cannot make it grow.
        while (Enabled && !faults.StopsQueue && !_pending.Fenced && _head != _tail && _pending.Count < _latched.Length)
        {
            var error = Fetch(out var descriptor);
            if (error != QueueErrorInfo.None)
            {
                faults.QueueError(error);
                break;
            }

            _head += _step;
            if (_head == _latched.Bytes) _head = 0;
            host.DescriptorFetched(descriptor.Low, descriptor.High);
            Start(descriptor);
        }

        DisableIfDrained();
    }

    private QueueErrorInfo Fetch(out InvalidationDescriptor descriptor)
    {
        descriptor = default;
        var at = _latched.Base.Value + _head;
        if (!memory.TryRead64(new GuestPhysical(at), out var low) || !memory.TryRead64(new GuestPhysical(at + 8), out var high))
            return QueueErrorInfo.FetchFailed;
        descriptor = new InvalidationDescriptor(low, high);
        if (_step > Iqa.DescriptorSize && !HasEmptyUpperHalf(at)) return QueueErrorInfo.ReservedField;
        var error = _rules.Check(descriptor);
        if (error != QueueErrorInfo.None || descriptor.Type != DescriptorType.Wait || !descriptor.StatusWrite) return error;
        // The status goes out later, perhaps much later: an address without RAM is refused while the head still names the wait.
        var status = descriptor.StatusAddress.Value;
        var exists = memory.TryRead64(new GuestPhysical(status & ~7UL), out _)
            || (options.QemuQuirks && InterruptRange.Contains(status)); // QEMU's APIC takes it, and nobody sees it again
        return exists ? QueueErrorInfo.None : QueueErrorInfo.ReservedField;
    }

    private bool HasEmptyUpperHalf(ulong at) => options.Quirks == QemuRelease.Qemu7
        || (memory.TryRead64(new GuestPhysical(at + 16), out var third) && memory.TryRead64(new GuestPhysical(at + 24), out var fourth)
            && (third | fourth) == 0);

    private void Start(in InvalidationDescriptor descriptor)
    {
        _lastWasWait = descriptor.Type == DescriptorType.Wait;
        switch (descriptor.Type)
        {
            case DescriptorType.Context:
                Track(flusher.Context(
                    InvalidationCommand.QueuedContext, descriptor.Granularity, descriptor.Domain, descriptor.Source,
                    descriptor.FunctionMask));
                break;
            case DescriptorType.Iotlb:
                Track(flusher.Iotlb(
                    InvalidationCommand.QueuedIotlb,
                    descriptor.Granularity,
                    descriptor.Domain,
                    descriptor.DrainReads,
                    descriptor.DrainWrites,
                    descriptor.Address,
                    descriptor.AddressMask));
                break;
            case DescriptorType.DeviceTlb when options.DeviceTlb:
                Track(flusher.DeviceTlb(descriptor.Source, descriptor.DeviceAddress, descriptor.DevicePages), descriptor.Source);
                break;
            case DescriptorType.PasidIotlb when options.ScalableMode && options.Quirks != QemuRelease.Qemu7:
                Track(flusher.PasidIotlb(descriptor.Granularity, descriptor.Domain, descriptor.Address, descriptor.AddressMask));
                break;
            case DescriptorType.PasidDeviceTlb when options.DeviceTlb:
                Track(
                    flusher.DeviceTlb(descriptor.PasidSource, descriptor.DeviceAddress, descriptor.DevicePages), descriptor.PasidSource);
                break;
            case DescriptorType.Wait when _pending.Count == 0:
                Finish(descriptor);
                break;
            case DescriptorType.Wait:
                _pending.AddWait(descriptor, flusher.LastId);
                break;
            default:
                break; // interrupt and PASID entries are not cached; device TLBs do not exist without ECAP.DT
        }
    }

    private void Track(InvalidationId? pending, SourceId? device = null)
    {
        if (pending is { } id) _pending.AddInvalidation(id, device);
    }

    private void Finish(in InvalidationDescriptor wait)
    {
        if (wait.StatusWrite && memory.TryWrite32(wait.StatusAddress, wait.StatusData))
            host.StatusWritten(wait.StatusAddress, wait.StatusData);
        // While software has not cleared IWC it has been told already.
        if (!wait.Interrupt || WaitCompleted) return;
        WaitCompleted = true;
        Event.Raise();
    }

    private void DisableIfDrained()
    {
        if (!_disabling || _pending.Count != 0) return;
        if (_head != _tail && (options.QemuQuirks || !faults.StopsQueue)) return;
        Enabled = _disabling = false;
        _head = 0;
    }
}
