namespace VIommuActors.Vtd.Spec;

/// <summary>Byte offsets of the legacy-mode registers from the unit's base.</summary>
/// <remarks>
/// VT-d specification, register chapter; the same in Linux <c>intel/iommu.h</c> (<c>DMAR_*_REG</c>) and QEMU <c>intel_iommu_internal.h</c>.
/// IVA, IOTLB and FRCD stand where CAP.FRO and ECAP.IRO of this model put them; software computes them from there.
/// </remarks>
public static class RegisterOffset
{
    /// <summary>Bytes of register space that exist; beyond, reads give 0 and writes vanish.</summary>
    public const uint Size = 0x230;

    /// <summary>Version, 32 bits, RO.</summary>
    public const uint Ver = 0x00;

    /// <summary>Capabilities, 64 bits, RO.</summary>
    public const uint Cap = 0x08;

    /// <summary>Extended capabilities, 64 bits, RO.</summary>
    public const uint Ecap = 0x10;

    /// <summary>Global command, 32 bits, WO.</summary>
    public const uint Gcmd = 0x18;

    /// <summary>Global status, 32 bits, RO.</summary>
    public const uint Gsts = 0x1c;

    /// <summary>Root table address, 64 bits, RW.</summary>
    public const uint Rtaddr = 0x20;

    /// <summary>Context command, 64 bits, RW; the high half triggers.</summary>
    public const uint Ccmd = 0x28;

    /// <summary>Fault status, 32 bits, RW1C.</summary>
    public const uint Fsts = 0x34;

    /// <summary>Fault event control, 32 bits.</summary>
    public const uint Fectl = 0x38;

    /// <summary>Fault event data, 32 bits.</summary>
    public const uint Fedata = 0x3c;

    /// <summary>Fault event address, 32 bits.</summary>
    public const uint Feaddr = 0x40;

    /// <summary>Fault event upper address, 32 bits; reserved without extended interrupt mode.</summary>
    public const uint Feuaddr = 0x44;

    /// <summary>Invalidation queue head, 64 bits, RO.</summary>
    public const uint Iqh = 0x80;

    /// <summary>Invalidation queue tail, 64 bits; the low half triggers.</summary>
    public const uint Iqt = 0x88;

    /// <summary>Invalidation queue address, 64 bits.</summary>
    public const uint Iqa = 0x90;

    /// <summary>Invalidation completion status, 32 bits, RW1C.</summary>
    public const uint Ics = 0x9c;

    /// <summary>Invalidation event control, 32 bits.</summary>
    public const uint Iectl = 0xa0;

    /// <summary>Invalidation event data, 32 bits.</summary>
    public const uint Iedata = 0xa4;

    /// <summary>Invalidation event address, 32 bits.</summary>
    public const uint Ieaddr = 0xa8;

    /// <summary>Invalidation event upper address, 32 bits; reserved without extended interrupt mode.</summary>
    public const uint Ieuaddr = 0xac;

    /// <summary>Invalidation queue error record, 64 bits, RO.</summary>
    public const uint Iqercd = 0xb0;

    /// <summary>Interrupt remapping table address, 64 bits.</summary>
    public const uint Irta = 0xb8;

    /// <summary>Invalidate address, 64 bits, WO: ECAP.IRO × 16.</summary>
    public const uint Iva = 0xf0;

    /// <summary>IOTLB invalidate, 64 bits: ECAP.IRO × 16 + 8; the high half triggers.</summary>
    public const uint Iotlb = 0xf8;

    /// <summary>First (and only) fault record, 128 bits: CAP.FRO × 16.</summary>
    public const uint Frcd = 0x220;
}
