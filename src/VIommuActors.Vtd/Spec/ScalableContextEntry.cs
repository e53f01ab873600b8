namespace VIommuActors.Vtd.Spec;

/// <summary>Context entry, scalable mode: 256 bits, 128 of them in a context table; a bus has two such tables.</summary>
/// <remarks>VT-d specification §9.4; the same in Linux <c>intel/pasid.c</c> and QEMU (<c>VTDContextEntry</c>, upper half).</remarks>
public readonly record struct ScalableContextEntry(ulong Word0, ulong Word1, ulong Word2, ulong Word3)
{
    /// <summary>Bytes of one entry.</summary>
    public const ulong Size = 32;

    /// <summary>P.</summary>
    public bool Present => (Word0 & 1) != 0;

    /// <summary>FPD: qualified faults of the device are not recorded.</summary>
    public bool FaultsDisabled => (Word0 & 2) != 0;

    /// <summary>DTE: translated and translation requests (ATS) are allowed.</summary>
    public bool DeviceTlb => (Word0 & 4) != 0;

    /// <summary>PASIDDIRPTR.</summary>
    public GuestPhysical Directory => new(Word0 & ~0xfffUL);

    /// <summary>RID_PASID: stands for the PASID of requests without one, where ECAP.RPS is offered.</summary>
    public int RidPasid => (int)Word1 & 0xfffff;

    /// <summary>True when a reserved bit is set for a unit with <paramref name="hostAddressWidth"/> address bits.</summary>
    public bool HasReserved(int hostAddressWidth) =>
        (Word0 & (0x1e0UL | (ulong.MaxValue << hostAddressWidth))) != 0 || (Word1 & 0xffffffff_ffe00000UL) != 0 || Word2 != 0 || Word3 != 0;

    /// <summary>Where the entry of <paramref name="devFn"/> stands in the table of its half of the bus.</summary>
    public static GuestPhysical AddressIn(GuestPhysical contextTable, byte devFn) => new(contextTable.Value + ((devFn & 0x7fUL) * Size));
}
