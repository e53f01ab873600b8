namespace VIommuActors.Vtd.Spec;

/// <summary>Entry of a PASID directory: 64 bits, indexed by PASID 19:6.</summary>
/// <remarks>VT-d specification §9.5; the same in Linux <c>intel/pasid.h</c> and QEMU (<c>VTDPASIDDirEntry</c>).</remarks>
public readonly record struct PasidDirectoryEntry(ulong Raw)
{
    /// <summary>P.</summary>
    public bool Present => (Raw & 1) != 0;

    /// <summary>FPD: qualified faults of these PASIDs are not recorded.</summary>
    public bool FaultsDisabled => (Raw & 2) != 0;

    /// <summary>Address of a table of 64 PASID entries.</summary>
    public GuestPhysical Table => new(Raw & ~0xfffUL);

    /// <summary>True when a reserved bit is set for a unit with <paramref name="hostAddressWidth"/> address bits.</summary>
    public bool HasReserved(int hostAddressWidth) => (Raw & (0xffcUL | (ulong.MaxValue << hostAddressWidth))) != 0;

    /// <summary>Where the entry for <paramref name="pasid"/> stands.</summary>
    public static GuestPhysical AddressIn(GuestPhysical directory, int pasid) => new(directory.Value + ((ulong)(pasid >> 6) * 8));
}
