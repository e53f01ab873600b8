namespace VIommuActors.Vtd.Spec;

/// <summary>TT of a context entry: what kinds of requests the device may make.</summary>
public enum TranslationType : byte
{
    /// <summary>Untranslated requests are walked; ATS requests are blocked.</summary>
    Untranslated = 0,

    /// <summary>As 0, and ATS requests are allowed; needs ECAP.DT.</summary>
    DeviceTlb = 1,

    /// <summary>Addresses are used unchanged; needs ECAP.PT.</summary>
    PassThrough = 2,

    /// <summary>Reserved.</summary>
    Reserved = 3,
}

/// <summary>Context entry, legacy mode: 128 bits, 256 of them in a context table, indexed by device and function.</summary>
/// <remarks>VT-d specification §9.3; the same in Linux <c>intel/iommu.h</c> (<c>context_entry</c>) and Xen <c>vtd/iommu.h</c>.</remarks>
public readonly record struct ContextEntry(ulong Low, ulong High)
{
    /// <summary>Bytes of one entry.</summary>
    public const ulong Size = 16;

    /// <summary>P.</summary>
    public bool Present => (Low & 1) != 0;

    /// <summary>FPD: qualified faults of the device are not recorded.</summary>
    public bool FaultsDisabled => (Low & 2) != 0;

    /// <summary>TT.</summary>
    public TranslationType Type => (TranslationType)((Low >> 2) & 3);

    /// <summary>SLPTPTR: guest-physical address of the top paging table.</summary>
    public GuestPhysical TableRoot => new(Low & ~0xfffUL);

    /// <summary>AW: 1 = 3 levels, 2 = 4, 3 = 5.</summary>
    public int AddressWidthCode => (int)(High & 7);

    /// <summary>Levels of the walk: AW + 2.</summary>
    public int Levels => AddressWidthCode + 2;

    /// <summary>Bits of an address that the tables cover: 30 + 9·AW.</summary>
    public int AddressBits => 30 + 9 * AddressWidthCode;

    /// <summary>DID.</summary>
    public DomainId Domain => new((ushort)(High >> 8));

    /// <summary>True when a reserved bit is set for a unit with <paramref name="hostAddressWidth"/> address bits.</summary>
    public bool HasReserved(int hostAddressWidth) =>
        (Low & (0xff0UL | (ulong.MaxValue << hostAddressWidth))) != 0 || (High & 0xffffffff_ff000080UL) != 0;

    /// <summary>Where the entry of <paramref name="devFn"/> stands.</summary>
    public static GuestPhysical AddressIn(GuestPhysical contextTable, byte devFn) => new(contextTable.Value + devFn * Size);

    /// <summary>A present entry. <paramref name="levels"/> is 3, 4 or 5; <paramref name="tableRoot"/> is 4 KiB aligned.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another number of levels.</exception>
    public static ContextEntry Legacy(
        GuestPhysical tableRoot,
        int levels,
        DomainId domain,
        TranslationType type = TranslationType.Untranslated,
        bool faultsDisabled = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 3);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(levels, 5);
        return new ContextEntry(
            (tableRoot.Value & ~0xfffUL) | ((ulong)type << 2) | (faultsDisabled ? 2UL : 0) | 1,
            ((ulong)domain.Value << 8) | (uint)(levels - 2));
    }
}
