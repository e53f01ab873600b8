using VIommuActors.Vtd.Registers;
using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Vtd.Faults;

/// <summary>FSTS, the one fault record, IQERCD and the fault event.</summary>
/// <remarks>
/// VT-d specification §7.2 to §7.3 (primary fault logging) and §6.5.2 (queue errors). The order of checks is the one measured on QEMU 11.1.
/// </remarks>
internal sealed class FaultLog(HostPort host, QemuRelease? quirks)
{
    private Fsts _errors; // PPF is not stored: it is the record's F

    public EventInterrupt Event { get; } = new(host, dataMask: 0xffff);

    public Frcd Record0 { get; private set; }

    public Iqercd QueueErrors { get; private set; }

    public Fsts Status => _errors | (Record0.Pending ? Fsts.Pending : Fsts.None);

    /// <summary>True while the queue must not fetch.</summary>
    public bool StopsQueue => (_errors & Fsts.StopsQueue) != 0;

    /// <summary>Logs a translation fault, unless it must be dropped.</summary>
    public void Record(
        SourceId source, Iova address, FaultReason reason, Permission wanted, byte addressType, int pasid = 0, bool hasPasid = false) =>
        Record(Frcd.Of(source, address, reason, (wanted & Permission.Read) != 0, (wanted & Permission.Write) != 0, addressType)
            .With(pasid, hasPasid));

    /// <summary>Logs an interrupt fault: FI has the index of the entry in 63:48.</summary>
    public void RecordInterrupt(SourceId source, int index, FaultReason reason) => Record(Frcd.OfInterrupt(source, index, reason));

    private void Record(Frcd record)
    {
        if ((_errors & Fsts.Overflow) != 0) return; // software first clears the overflow
        if (Record0.Pending)
        {
            // Another fault of the same source collapses into the record that stands.
            if (Record0.Source != record.Source) Set(Fsts.Overflow);
            return;
        }

        var quiet = Status == Fsts.None;
        Record0 = record;
        if (quiet) Event.Raise();
    }

    public void QueueError(QueueErrorInfo info)
    {
        if (quirks is null) QueueErrors = QueueErrors.With(info);
        Set(Fsts.QueueError);
    }

    public void Timeout(SourceId source)
    {
        if ((_errors & Fsts.Timeout) == 0) QueueErrors = QueueErrors.WithTimeout(source);
        Set(Fsts.Timeout);
    }

    public void UnexpectedCompletion(SourceId source)
    {
        if ((_errors & Fsts.CompletionError) == 0) QueueErrors = QueueErrors.WithCompletion(source);
        Set(Fsts.CompletionError);
    }

    /// <summary>Guest write of FSTS: RW1C. Returns what was cleared.</summary>
    public Fsts WriteStatus(uint value)
    {
        var cleared = _errors & (Fsts)value & Fsts.Clearable;
        _errors &= ~cleared;
        if ((cleared & Fsts.QueueError) != 0) QueueErrors = QueueErrors.With(QueueErrorInfo.None);
        if ((cleared & Fsts.Timeout) != 0) QueueErrors = QueueErrors.WithTimeout(default);
        if ((cleared & Fsts.CompletionError) != 0) QueueErrors = QueueErrors.WithCompletion(default);
        WithdrawIfServiced();
        return cleared;
    }

    /// <summary>Guest write of the record's highest doubleword: only F, by writing 1.</summary>
    public void WriteRecordTop(uint value)
    {
        if ((value & 0x80000000) != 0) Record0 = Record0.Cleared;
        WithdrawIfServiced();
    }

    public void Reset()
    {
        _errors = Fsts.None;
        Record0 = default;
        QueueErrors = default;
        Event.Reset();
    }

    private void Set(Fsts bit)
    {
        // A condition that software has yet to service already has its event.
        var quiet = Status == Fsts.None;
        _errors |= bit;
        if (quiet) Event.Raise();
    }

    private void WithdrawIfServiced()
    {
        if (Status == Fsts.None) Event.Withdraw();
    }
}
