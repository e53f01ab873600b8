namespace VIommuActors.Vtd.Spec;

/// <summary>Interrupt remapping table address register: 64 bits, offset 0xb8. Base 63:12, EIME 11, S 3:0.</summary>
/// <remarks>VT-d specification, register chapter; Linux <c>intel/irq_remapping.c</c> (<c>INTR_REMAP_TABLE_REG_SIZE</c>), QEMU.</remarks>
public readonly record struct Irta(ulong Raw)
{
    /// <summary>Bits that software can change.</summary>
    public const ulong Writable = ~0x7f0UL;

    /// <summary>Guest-physical address of the first entry.</summary>
    public GuestPhysical Table => new(Raw & ~0xfffUL);

    /// <summary>EIME: destinations have 32 bits, and compatibility-format requests are blocked.</summary>
    public bool ExtendedMode => (Raw & 0x800) != 0;

    /// <summary>Entries of the table: 2^(S+1).</summary>
    public int Entries => 2 << (int)(Raw & 0xf);
}
