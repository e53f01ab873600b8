namespace VIommuActors.Vtd.Spec;

/// <summary>PGTT of a PASID entry: how requests with the PASID are translated.</summary>
public enum PasidTranslation : byte
{
    /// <summary>First-level tables only.</summary>
    FirstLevel = 1,

    /// <summary>Second-level tables only.</summary>
    SecondLevel = 2,

    /// <summary>Both, one behind the other; not offered by this model.</summary>
    Nested = 3,

    /// <summary>Addresses are used unchanged.</summary>
    PassThrough = 4,
}

/// <summary>PASID table entry: 512 bits, 64 of them in a table, indexed by PASID 5:0. The upper five quadwords are reserved.</summary>
/// <remarks>VT-d specification §9.6; the same in Linux <c>intel/pasid.h</c> and QEMU (<c>VTDPASIDEntry</c>).</remarks>
public readonly record struct PasidEntry(ulong Word0, ulong Word1, ulong Word2)
{
    /// <summary>Bytes of one entry.</summary>
    public const ulong Size = 64;

    /// <summary>P.</summary>
    public bool Present => (Word0 & 1) != 0;

    /// <summary>FPD: qualified faults of the PASID are not recorded.</summary>
    public bool FaultsDisabled => (Word0 & 2) != 0;

    /// <summary>AW of the second-level tables: 1 = 3 levels, 2 = 4, 3 = 5.</summary>
    public int AddressWidthCode => (int)(Word0 >> 2) & 7;

    /// <summary>PGTT; may be a value that <see cref="PasidTranslation"/> does not name.</summary>
    public PasidTranslation Translation => (PasidTranslation)((Word0 >> 6) & 7);

    /// <summary>SLPTPTR.</summary>
    public GuestPhysical SecondLevelRoot => new(Word0 & ~0xfffUL);

    /// <summary>DID.</summary>
    public DomainId Domain => new((ushort)Word1);

    /// <summary>FLPM: 0 = 4 levels, 1 = 5.</summary>
    public int FirstLevelMode => (int)(Word2 >> 2) & 3;

    /// <summary>FLPTPTR.</summary>
    public GuestPhysical FirstLevelRoot => new(Word2 & ~0xfffUL);

    /// <summary>True when a reserved bit of the first three quadwords is set.</summary>
    public bool HasReserved(int hostAddressWidth) =>
        (Word0 & (0xc00UL | (ulong.MaxValue << hostAddressWidth))) != 0 || (Word1 & 0x7f0000UL) != 0
        || (Word2 & (0xf00UL | (ulong.MaxValue << hostAddressWidth))) != 0;

    /// <summary>Where the entry for <paramref name="pasid"/> stands.</summary>
    public static GuestPhysical AddressIn(GuestPhysical table, int pasid) => new(table.Value + ((ulong)(pasid & 63) * Size));
}
