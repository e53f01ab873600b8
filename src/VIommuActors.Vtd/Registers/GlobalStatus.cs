using VIommuActors.Vtd.Interrupts;
using VIommuActors.Vtd.Invalidation;
using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Vtd.Registers;

/// <summary>GCMD and GSTS: level bits follow the written value, one-shots happen when written as 1.</summary>
/// <remarks>
/// VT-d specification, register chapter; the order within one write (TE, SRTP, QIE, SIRTP, IRE) is QEMU's. Translation uses the new
/// setting at once; TES resp. RTPS follow when the host has finished requests that used the old one. While such a change is under way
/// its command bit is ignored.
/// </remarks>
internal sealed class GlobalStatus(
    VtdOptions options, DmaRemapping remapping, QueuedInvalidation queue, CacheFlusher flusher, InterruptRemapping interrupts)
{
    // QEMU's registers are there without the capability too.
    private readonly bool _hasInterruptTable = options.InterruptRemapping || options.QemuQuirks;
    private Gcmd _status; // without QIES, which the queue knows
    private InvalidationId? _translationPending, _rootPending;

    public Gcmd Status => _status | (queue.Enabled ? Gcmd.QueuedInvalidation : Gcmd.None);

    /// <summary>RTADDR as written; latched by SRTP.</summary>
    public Rtaddr Root { get; private set; }

    /// <summary>IRTA as written.</summary>
    public ulong InterruptTable { get; private set; }

    public bool Pending => _translationPending is not null || _rootPending is not null;

    public void WriteRoot(ulong value, ulong half)
    {
        var mask = half & Rtaddr.Writable;
        Root = new Rtaddr((Root.Raw & ~mask) | (value & mask));
    }

    public void WriteInterruptTable(ulong value, ulong half)
    {
        if (!_hasInterruptTable) return;
        var mask = half & Irta.Writable;
        InterruptTable = (InterruptTable & ~mask) | (value & mask);
    }

    public void WriteCommand(uint value)
    {
        var command = (Gcmd)value;
        var translation = Has(command, Gcmd.Translation);
        if (_translationPending is null && translation != remapping.Enabled && options.DmaTranslation)
        {
            remapping.Enabled = translation;
            _translationPending = flusher.Everything(InvalidationCommand.TranslationEnable);
            if (_translationPending is null) TranslationDone();
        }

        if (_rootPending is null && Has(command, Gcmd.SetRootTable))
        {
            _status &= ~Gcmd.SetRootTable;
            remapping.Root = new Rtaddr(Root.Raw & ((1UL << options.HostAddressWidth) - 1));
            _rootPending = flusher.Everything(InvalidationCommand.RootTablePointer);
            if (_rootPending is null) _status |= Gcmd.SetRootTable;
        }

        if (options.QueuedInvalidation) queue.SetEnabled(Has(command, Gcmd.QueuedInvalidation));
        if (!_hasInterruptTable) return;
        if (Has(command, Gcmd.SetInterruptTable))
        {
            interrupts.Table = new Irta(InterruptTable & (((1UL << options.HostAddressWidth) - 1) | 0xfff));
            _status |= Gcmd.SetInterruptTable;
        }

        // QEMU ignores CFI.
        var levels = options.QemuQuirks ? Gcmd.InterruptRemapping : Gcmd.InterruptRemapping | Gcmd.CompatibilityInterrupts;
        _status = (_status & ~levels) | (command & levels);
        interrupts.Enabled = Has(_status, Gcmd.InterruptRemapping);
        interrupts.CompatibilityAllowed = Has(_status, Gcmd.CompatibilityInterrupts);
    }

    /// <summary>True when the id was one of the two pending ones.</summary>
    public bool Complete(InvalidationId id)
    {
        if (id == _translationPending)
        {
            _translationPending = null;
            TranslationDone();
            return true;
        }

        if (id != _rootPending) return false;
        _rootPending = null;
        _status |= Gcmd.SetRootTable;
        return true;
    }

    public void Reset()
    {
        _status = Gcmd.None;
        Root = default;
        InterruptTable = 0;
        _translationPending = _rootPending = null;
    }

    private static bool Has(Gcmd value, Gcmd bit) => (value & bit) != 0;

    private void TranslationDone() =>
        _status = remapping.Enabled ? _status | Gcmd.Translation : _status & ~Gcmd.Translation;
}
