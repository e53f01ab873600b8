using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Invalidation;

/// <summary>CCMD, IVA and IOTLB: one command each at a time, over when ICC resp. IVT reads 0.</summary>
/// <remarks>
/// VT-d specification §6.5.1. A command that is under way locks its own registers: writes are ignored until it is over. With queued
/// invalidation enabled the registers must not be used; a command is then refused (granularity 0 performed), or never ends as in QEMU.
/// </remarks>
internal sealed class RegisterInvalidation(VtdOptions options, CacheFlusher flusher)
{
    private ulong _iva;
    private InvalidationId? _contextPending, _iotlbPending;
    private byte _contextPerformed, _iotlbPerformed;

    public Ccmd Ccmd { get; private set; }

    public IotlbReg Iotlb { get; private set; }

    public bool Pending => _contextPending is not null || _iotlbPending is not null;

    public void WriteIva(ulong value, ulong half)
    {
        if (_iotlbPending is null) _iva = Merge(_iva, value, half & Iva.Writable);
    }

    /// <summary>Writes half of IOTLB; <paramref name="half"/> masks it. The high half starts the command.</summary>
    public void WriteIotlb(ulong value, ulong half, bool queueEnabled)
    {
        if (_iotlbPending is not null) return;
        Iotlb = new IotlbReg(Merge(Iotlb.Raw, value, half & IotlbReg.Writable));
        if (half != HighHalf || !Iotlb.Ivt) return;
        var iva = new Iva(_iva);
        var acceptable = Iotlb.Iirg is 1 or 2 || (Iotlb.Iirg == 3 && iva.AddressMask <= Cap.MaxAddressMask);
        if (queueEnabled || !acceptable)
        {
            if (!(queueEnabled && options.QemuQuirks)) Iotlb = Iotlb.Complete(0);
            return;
        }

        _iotlbPerformed = Iotlb.Iirg;
        _iotlbPending = flusher.Iotlb(
            InvalidationCommand.IotlbRegister, Iotlb.Iirg, Iotlb.Domain, Iotlb.DrainReads, Iotlb.DrainWrites, iva.Address, iva.AddressMask);
        if (_iotlbPending is null) Iotlb = Iotlb.Complete(_iotlbPerformed);
    }

    /// <summary>Writes half of CCMD; <paramref name="half"/> masks it. The high half starts the command.</summary>
    public void WriteCcmd(ulong value, ulong half, bool queueEnabled)
    {
        if (_contextPending is not null) return;
        Ccmd = new Ccmd(Merge(Ccmd.Raw, value, half & Ccmd.Writable));
        if (half != HighHalf || !Ccmd.Icc) return;
        if (queueEnabled || Ccmd.Cirg == 0)
        {
            if (!(queueEnabled && options.QemuQuirks)) Ccmd = Ccmd.Complete(0);
            return;
        }

        // A domain request is performed globally, and says so.
        _contextPerformed = Ccmd.Cirg == 3 ? (byte)3 : (byte)1;
        _contextPending = flusher.Context(
            InvalidationCommand.ContextRegister, Ccmd.Cirg, Ccmd.Domain, Ccmd.Source, Ccmd.FunctionMask);
        if (_contextPending is null) Ccmd = Ccmd.Complete(_contextPerformed);
    }

    /// <summary>True when the id was one of the two pending ones.</summary>
    public bool Complete(InvalidationId id)
    {
        if (id == _iotlbPending)
        {
            _iotlbPending = null;
            Iotlb = Iotlb.Complete(_iotlbPerformed);
            return true;
        }

        if (id != _contextPending) return false;
        _contextPending = null;
        Ccmd = Ccmd.Complete(_contextPerformed);
        return true;
    }

    public void Reset()
    {
        _iva = 0;
        Ccmd = default;
        Iotlb = default;
        _contextPending = _iotlbPending = null;
    }

    /// <summary>Mask of the half whose write starts a command.</summary>
    public const ulong HighHalf = 0xffffffff_00000000;

    private static ulong Merge(ulong old, ulong value, ulong mask) => (old & ~mask) | (value & mask);
}
