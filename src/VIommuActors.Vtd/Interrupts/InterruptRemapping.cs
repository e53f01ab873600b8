using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Interrupts;

/// <summary>The path of an interrupt request: format, table entry, source check; records the fault.</summary>
/// <remarks>
/// VT-d specification §5.1. Entries are not cached, as QEMU's are not, so an IEC invalidation has nothing to drop here.
/// </remarks>
internal sealed class InterruptRemapping(VtdOptions options, IGuestMemory memory, FaultLog faults)
{
    /// <summary>GCMD.IRE.</summary>
    public bool Enabled { get; set; }

    /// <summary>GCMD.CFI: compatibility-format requests go through. QEMU lets them through always.</summary>
    public bool CompatibilityAllowed { get; set; }

    /// <summary>IRTA as latched by SIRTP.</summary>
    public Irta Table { get; set; }

    public RemappedInterrupt Remap(SourceId source, ulong address, uint data)
    {
        var request = new InterruptMessage(address, data);
        if (!Enabled) return new RemappedInterrupt(FaultReason.None, address, data);
        if (request.AddressHasReserved) return Fault(FaultReason.InterruptRequestReserved, source, 0);
        if (!request.IsRemappable)
        {
            var blocked = !options.QemuQuirks && (Table.ExtendedMode || !CompatibilityAllowed);
            return blocked ? Fault(FaultReason.CompatibilityBlocked, source, 0) : new RemappedInterrupt(FaultReason.None, address, data);
        }

        var index = request.Index;
        var reason = Find(index, source, out var entry);
        if (reason == FaultReason.None && request.DataHasReserved) reason = FaultReason.InterruptRequestReserved;
        if (reason == FaultReason.None) return InterruptMessage.Of(entry, Table.ExtendedMode);
        return entry.FaultsDisabled && IsQualified(reason)
            ? new RemappedInterrupt(reason, 0, 0)
            : Fault(reason, source, index);
    }

    public void Reset()
    {
        Enabled = CompatibilityAllowed = false;
        Table = default;
    }

    /// <summary>True for reasons that FPD of the entry suppresses: those that the entry itself gives.</summary>
    private static bool IsQualified(FaultReason reason) => reason is FaultReason.InterruptNotPresent
        or FaultReason.InterruptEntryReserved or FaultReason.InterruptSourceDenied;

    private FaultReason Find(int index, SourceId source, out InterruptEntry entry)
    {
        entry = default;
        if (index >= Table.Entries) return FaultReason.InterruptIndexTooLarge;
        var at = InterruptEntry.AddressIn(Table.Table, index);
        if (!memory.TryRead64(at, out var low) || !memory.TryRead64(new GuestPhysical(at.Value + 8), out var high))
            return FaultReason.InterruptTableUnreadable;
        entry = new InterruptEntry(low, high);
        if (!entry.Present) return FaultReason.InterruptNotPresent;
        if (entry.HasReserved(options.QemuQuirks ? null : Table.ExtendedMode)) return FaultReason.InterruptEntryReserved;
        return entry.Admits(source, lastBusFirst: options.QemuQuirks) ? FaultReason.None : FaultReason.InterruptSourceDenied;
    }

    private RemappedInterrupt Fault(FaultReason reason, SourceId source, int index)
    {
        // QEMU 7.2 drops the request and tells nobody.
        if (options.Quirks != QemuRelease.Qemu7) faults.RecordInterrupt(source, index, reason);
        return new RemappedInterrupt(reason, 0, 0);
    }
}
