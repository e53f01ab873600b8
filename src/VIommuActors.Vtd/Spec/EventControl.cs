namespace VIommuActors.Vtd.Spec;

/// <summary>Fault and invalidation event control: 32 bits, offsets 0x38 (FECTL) and 0xa0 (IECTL).</summary>
/// <remarks>
/// VT-d specification, register chapter; the same in Linux <c>intel/iommu.h</c>
/// (<c>DMA_FECTL_IM</c>) and QEMU (<c>VTD_FECTL_*</c>).
/// </remarks>
[Flags]
public enum EventControl : uint
{
    /// <summary>Messages go out at once.</summary>
    None = 0,

    /// <summary>IP: an event waits for IM to be cleared. RO.</summary>
    Pending = 1u << 30,

    /// <summary>IM: messages are held back. RW, set at power on.</summary>
    Masked = 1u << 31,
}
