namespace VIommuActors.Vtd.Spec;

/// <summary>Invalidation queue address register: 64 bits, offset 0x90. Base 63:12, DW 11 (256-bit descriptors), QS 2:0.</summary>
/// <remarks>VT-d specification, register chapter; the same in Linux <c>intel/dmar.c</c> and QEMU (<c>VTD_IQA_*</c>).</remarks>
public readonly record struct Iqa(ulong Raw)
{
    /// <summary>Bits that software can change.</summary>
    public const ulong Writable = ~0x7f8UL;

    /// <summary>Bytes of a 128-bit descriptor.</summary>
    public const ulong DescriptorSize = 16;

    /// <summary>Bits of IQT that software can change, and of IQH that exist: 18:4.</summary>
    public const ulong PointerMask = 0x7fff0;

    /// <summary>Guest-physical address of the first descriptor.</summary>
    public GuestPhysical Base => new(Raw & ~0xfffUL);

    /// <summary>DW: descriptors have 256 bits.</summary>
    public bool IsWide => (Raw & 0x800) != 0;

    /// <summary>QS: 2^QS pages.</summary>
    public int SizeExponent => (int)(Raw & 7);

    /// <summary>Bytes of the queue: 2^QS pages of 4 KiB.</summary>
    public ulong Bytes => 0x1000UL << SizeExponent;

    /// <summary>128-bit descriptors that fit: 2^(QS+8); one slot always stays free.</summary>
    public int Length => 256 << SizeExponent;

    /// <summary>
    /// The register for a queue of 2^<paramref name="sizeExponent"/> pages (0–7) at <paramref name="queue"/> (4 KiB aligned).
    /// </summary>
    public static Iqa Of(GuestPhysical queue, int sizeExponent, bool wide = false) =>
        new((queue.Value & ~0xfffUL) | (wide ? 0x800UL : 0) | ((ulong)sizeExponent & 7));
}
