namespace VIommuActors.Vtd.Spec;

/// <summary>Extended capability register: 64 bits, RO, offset 0x10.</summary>
/// <remarks>
/// VT-d specification, register chapter; the same bits in Linux <c>intel/iommu.h</c> (<c>ecap_*</c>) and Xen <c>vtd/iommu.h</c>.
/// </remarks>
public readonly record struct Ecap(ulong Raw)
{
    private static readonly Bits QiBit = new(1, 1), DtBit = new(2, 1), IrBit = new(3, 1), PtBit = new(6, 1), ScBit = new(7, 1);
    private static readonly Bits EimBit = new(4, 1), IroBits = new(8, 10), MhmvBits = new(20, 4), SrsBit = new(31, 1), PssBits = new(35, 5);
    private static readonly Bits PasidBit = new(40, 1), SmtsBit = new(43, 1), SltsBit = new(46, 1), FltsBit = new(47, 1);

    /// <summary>Every field that has a name, with its bits: for messages about what a recorded value offers.</summary>
    internal static readonly (string Name, Bits Bits)[] Fields =
    [
        ("C", new(0, 1)), ("QI", QiBit), ("DT", DtBit), ("IR", IrBit), ("EIM", EimBit), ("PT", PtBit), ("SC", ScBit), ("IRO", IroBits),
        ("MHMV", MhmvBits), ("MTS", new(25, 1)), ("NEST", new(26, 1)), ("PRS", new(29, 1)), ("ERS", new(30, 1)), ("SRS", SrsBit),
        ("NWFS", new(33, 1)), ("EAFS", new(34, 1)), ("PSS", PssBits), ("PASID", PasidBit), ("DIT", new(41, 1)), ("PDS", new(42, 1)),
        ("SMTS", SmtsBit), ("VCS", new(44, 1)), ("SLADS", new(45, 1)), ("SLTS", SltsBit), ("FLTS", FltsBit), ("SMPWC", new(48, 1)),
        ("RPS", new(49, 1)), ("PMS", new(51, 1)), ("ADMS", new(52, 1)), ("RPRIVS", new(53, 1)), ("SMS", new(58, 1)),
    ];

    /// <summary>QI: queued invalidation.</summary>
    public bool QueuedInvalidation => QiBit.IsSet(Raw);

    /// <summary>DT: device TLBs.</summary>
    public bool DeviceTlb => DtBit.IsSet(Raw);

    /// <summary>IR: interrupt remapping.</summary>
    public bool InterruptRemapping => IrBit.IsSet(Raw);

    /// <summary>EIM: 32-bit destinations.</summary>
    public bool ExtendedInterruptMode => EimBit.IsSet(Raw);

    /// <summary>SMTS: scalable mode.</summary>
    public bool ScalableMode => SmtsBit.IsSet(Raw);

    /// <summary>FLTS: first-level tables.</summary>
    public bool FirstLevel => FltsBit.IsSet(Raw);

    /// <summary>Width of PASIDs, PSS + 1; 0 without PASID support.</summary>
    public int PasidBits => PasidBit.IsSet(Raw) ? (int)PssBits.Get(Raw) + 1 : 0;

    /// <summary>PT: pass-through contexts.</summary>
    public bool PassThrough => PtBit.IsSet(Raw);

    /// <summary>SC: snoop control.</summary>
    public bool SnoopControl => ScBit.IsSet(Raw);

    /// <summary>IRO: byte offset of IVA; IOTLB follows 8 bytes later.</summary>
    public uint InvalidationOffset => (uint)IroBits.Get(Raw) * 16;

    /// <summary>The extended capabilities of a unit with <paramref name="options"/>. MHMV is offered together with IR.</summary>
    public static Ecap From(VtdOptions options) => new(
        QiBit.Of(options.QueuedInvalidation) |
        DtBit.Of(options.DeviceTlb) |
        IrBit.Of(options.InterruptRemapping) |
        EimBit.Of(options.ExtendedInterruptMode) |
        PtBit.Of(options.PassThrough) |
        ScBit.Of(options.SnoopControl) |
        IroBits.Of(RegisterOffset.Iva / 16) |
        MhmvBits.Of(options.InterruptRemapping ? 15u : 0u) |
        // A unit offers one kind of table; supervisor requests go with the second-level kind, as QEMU has it.
        SmtsBit.Of(options.ScalableMode) |
        SltsBit.Of(options.ScalableMode && !options.FirstLevel) |
        SrsBit.Of(options.ScalableMode && !options.FirstLevel) |
        FltsBit.Of(options.FirstLevel) |
        PasidBit.Of(options.PasidBits > 0) |
        PssBits.Of(options.PasidBits > 0 ? (uint)options.PasidBits - 1 : 0));
}
