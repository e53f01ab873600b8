namespace VIommuActors.Vtd.Spec;

/// <summary>Fault status register: 32 bits, offset 0x34. FRI (15:8) is 0 with one record.</summary>
/// <remarks>
/// VT-d specification, register chapter; the same in Linux <c>intel/iommu.h</c> (<c>DMA_FSTS_*</c>) and Xen <c>vtd/iommu.h</c>.
/// </remarks>
[Flags]
public enum Fsts : uint
{
    /// <summary>Nothing to report.</summary>
    None = 0,

    /// <summary>PFO: a fault found no free record. RW1C.</summary>
    Overflow = 1u << 0,

    /// <summary>PPF: a record is pending. RO, the OR of all F bits.</summary>
    Pending = 1u << 1,

    /// <summary>IQE: the invalidation queue holds something invalid. RW1C.</summary>
    QueueError = 1u << 4,

    /// <summary>ICE: a device-TLB completion that nobody waited for. RW1C.</summary>
    CompletionError = 1u << 5,

    /// <summary>ITE: a device-TLB invalidation was not completed in time. RW1C.</summary>
    Timeout = 1u << 6,

    /// <summary>Bits that writing 1 clears.</summary>
    Clearable = Overflow | QueueError | CompletionError | Timeout,

    /// <summary>Bits that stop the invalidation queue.</summary>
    StopsQueue = QueueError | Timeout,
}
