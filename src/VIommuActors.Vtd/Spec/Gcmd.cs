namespace VIommuActors.Vtd.Spec;

/// <summary>Global command (32 bits, WO, offset 0x18) and, with the same bit positions, global status (RO, offset 0x1c).</summary>
/// <remarks>
/// VT-d specification, register chapter; the same in Linux <c>intel/iommu.h</c>
/// (<c>DMA_GCMD_*</c>, <c>DMA_GSTS_*</c>) and Xen <c>vtd/iommu.h</c>.
/// </remarks>
[Flags]
public enum Gcmd : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>CFI / CFIS: compatibility-format interrupts go through while IRE is 1. Level.</summary>
    CompatibilityInterrupts = 1u << 23,

    /// <summary>SIRTP / IRTPS: latch IRTA. One-shot.</summary>
    SetInterruptTable = 1u << 24,

    /// <summary>IRE / IRES: interrupt remapping. Level.</summary>
    InterruptRemapping = 1u << 25,

    /// <summary>QIE / QIES: queued invalidation. Level.</summary>
    QueuedInvalidation = 1u << 26,

    /// <summary>WBF / WBFS: flush write buffers. One-shot; no effect with CAP.RWBF = 0.</summary>
    WriteBufferFlush = 1u << 27,

    /// <summary>EAFL / AFLS: advanced fault log. Level; not offered.</summary>
    AdvancedFaultLog = 1u << 28,

    /// <summary>SFL / FLS: latch AFLOG. One-shot; not offered.</summary>
    SetFaultLog = 1u << 29,

    /// <summary>SRTP / RTPS: latch RTADDR. One-shot; the status stays 1 once set.</summary>
    SetRootTable = 1u << 30,

    /// <summary>TE / TES: DMA remapping. Level.</summary>
    Translation = 1u << 31,

    /// <summary>What software keeps of GSTS before it adds one command bit: everything but the one-shots (0x96ffffff).</summary>
    Levels = 0x96ffffffu,
}
