namespace VIommuActors.Vtd.Spec;

/// <summary>Capability register: 64 bits, RO, offset 0x08. What the unit translates and how it may be flushed.</summary>
/// <remarks>
/// VT-d specification, register chapter; the same bits in Linux <c>intel/iommu.h</c> (<c>cap_*</c>) and Xen <c>vtd/iommu.h</c>.
/// </remarks>
public readonly record struct Cap(ulong Raw)
{
    private static readonly Bits NdBits = new(0, 3), CmBit = new(7, 1), SagawBits = new(8, 5), MgawBits = new(16, 6), FroBits = new(24, 10);
    private static readonly Bits SllpsBits = new(34, 4), PsiBit = new(39, 1), NfrBits = new(40, 8), MamvBits = new(48, 6);
    private static readonly Bits DwdBit = new(54, 1), DrdBit = new(55, 1), Fl1gpBit = new(56, 1), EsrtpsBit = new(63, 1);

    /// <summary>Largest address mask of a page-selective invalidation that this model offers: 2^18 pages.</summary>
    public const int MaxAddressMask = 18;

    /// <summary>Every field that has a name, with its bits: for messages about what a recorded value offers.</summary>
    internal static readonly (string Name, Bits Bits)[] Fields =
    [
        ("ND", NdBits), ("AFL", new(3, 1)), ("RWBF", new(4, 1)), ("PLMR", new(5, 1)),
        ("PHMR", new(6, 1)), ("CM", CmBit), ("SAGAW", SagawBits),
        ("MGAW", MgawBits), ("ZLR", new(22, 1)), ("FRO", FroBits), ("SLLPS", SllpsBits),
        ("PSI", PsiBit), ("NFR", NfrBits), ("MAMV", MamvBits),
        ("DWD", DwdBit), ("DRD", DrdBit), ("FL1GP", Fl1gpBit), ("PI", new(59, 1)), ("FL5LP", new(60, 1)), ("ECMDS", new(61, 1)),
        ("ESIRTPS", new(62, 1)), ("ESRTPS", EsrtpsBit),
    ];

    /// <summary>Number of domain ids: 2^(4+2·ND).</summary>
    public int DomainIds => 1 << (4 + 2 * (int)NdBits.Get(Raw));

    /// <summary>CM: not-present entries may be cached, so software flushes after mapping too.</summary>
    public bool CachingMode => CmBit.IsSet(Raw);

    /// <summary>SAGAW: bit 1 = 39 bits and 3 levels, bit 2 = 48 and 4, bit 3 = 57 and 5.</summary>
    public byte SupportedWidths => (byte)SagawBits.Get(Raw);

    /// <summary>True when SAGAW has the width that an AW field names: 1 = 39 bits, 2 = 48, 3 = 57.</summary>
    public bool Offers(int addressWidthCode) => addressWidthCode <= 4 && ((SupportedWidths >> addressWidthCode) & 1) != 0;

    /// <summary>MGAW: largest guest address width, in bits.</summary>
    public int GuestAddressWidth => (int)MgawBits.Get(Raw) + 1;

    /// <summary>FRO: byte offset of the first fault record.</summary>
    public uint FaultRecordOffset => (uint)FroBits.Get(Raw) * 16;

    /// <summary>NFR: number of fault records.</summary>
    public int FaultRecords => (int)NfrBits.Get(Raw) + 1;

    /// <summary>SLLPS: bit 0 = 2 MiB pages, bit 1 = 1 GiB pages.</summary>
    public byte LargePages => (byte)SllpsBits.Get(Raw);

    /// <summary>PSI: page-selective invalidation.</summary>
    public bool PageSelective => PsiBit.IsSet(Raw);

    /// <summary>MAMV: largest AM of a page-selective invalidation.</summary>
    public int AddressMaskMax => (int)MamvBits.Get(Raw);

    /// <summary>DWD: write drain is honoured.</summary>
    public bool WriteDrain => DwdBit.IsSet(Raw);

    /// <summary>DRD: read drain is honoured.</summary>
    public bool ReadDrain => DrdBit.IsSet(Raw);

    /// <summary>FL1GP: 1 GiB pages in first-level tables.</summary>
    public bool FirstLevelGiantPages => Fl1gpBit.IsSet(Raw);

    /// <summary>ESRTPS: setting the root table pointer invalidates everything.</summary>
    public bool EnhancedSetRootPointer => EsrtpsBit.IsSet(Raw);

    /// <summary>The capabilities of a unit with <paramref name="options"/>.</summary>
    public static Cap From(VtdOptions options) => new(
        NdBits.Of(6) |
        CmBit.Of(options.CachingMode) |
        SagawBits.Of(!options.DmaTranslation ? 0 : options.AddressWidth == 48 ? 0b110u : 0b010u) |
        MgawBits.Of((ulong)(options.AddressWidth - 1)) |
        FroBits.Of(RegisterOffset.Frcd / 16) |
        SllpsBits.Of(0b11) |
        PsiBit.Of(true) |
        NfrBits.Of(0) |
        MamvBits.Of(MaxAddressMask) |
        DwdBit.Of(options.Drain) |
        DrdBit.Of(options.Drain) |
        Fl1gpBit.Of(options.FirstLevel && options.FirstLevelGiantPages) |
        EsrtpsBit.Of(options.EnhancedSetRootPointer));
}
