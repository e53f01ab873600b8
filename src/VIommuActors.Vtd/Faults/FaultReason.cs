namespace VIommuActors.Vtd.Faults;

/// <summary>Fault reasons as they stand in FRCD.FR (high quadword 39:32): DMA in legacy mode, interrupts, DMA in scalable mode.</summary>
/// <remarks>
/// VT-d specification, appendix on fault reason encodings; the same values in QEMU
/// <c>intel_iommu_internal.h</c> and Linux <c>dmar.c</c>.
/// </remarks>
public enum FaultReason : byte
{
    /// <summary>No fault.</summary>
    None = 0,

    /// <summary>Root entry not present.</summary>
    RootNotPresent = 0x1,

    /// <summary>Context entry not present.</summary>
    ContextNotPresent = 0x2,

    /// <summary>Context entry invalid: TT, AW or a combination the unit does not offer.</summary>
    ContextInvalid = 0x3,

    /// <summary>Address beyond MGAW or beyond the context's AW.</summary>
    AddressBeyondWidth = 0x4,

    /// <summary>Write to a page without W on every level.</summary>
    WriteDenied = 0x5,

    /// <summary>Read of a page without R on every level.</summary>
    ReadDenied = 0x6,

    /// <summary>A paging entry could not be read.</summary>
    PagingEntryUnreadable = 0x7,

    /// <summary>The root table could not be read.</summary>
    RootUnreadable = 0x8,

    /// <summary>The context table could not be read.</summary>
    ContextUnreadable = 0x9,

    /// <summary>Reserved field set in a root entry.</summary>
    RootReserved = 0xa,

    /// <summary>Reserved field set in a context entry.</summary>
    ContextReserved = 0xb,

    /// <summary>Reserved field set in a paging entry.</summary>
    PagingReserved = 0xc,

    /// <summary>A translated or translation (ATS) request that the context's TT blocks.</summary>
    TranslatedBlocked = 0xd,

    /// <summary>The output lies in the interrupt range 0xfee00000–0xfeefffff.</summary>
    InterruptRange = 0xe,

    /// <summary>Interrupt request with a reserved bit set.</summary>
    InterruptRequestReserved = 0x20,

    /// <summary>Interrupt index beyond the table.</summary>
    InterruptIndexTooLarge = 0x21,

    /// <summary>Interrupt entry not present.</summary>
    InterruptNotPresent = 0x22,

    /// <summary>The interrupt table could not be read.</summary>
    InterruptTableUnreadable = 0x23,

    /// <summary>Reserved field set in an interrupt entry.</summary>
    InterruptEntryReserved = 0x24,

    /// <summary>A compatibility-format request while these are blocked.</summary>
    CompatibilityBlocked = 0x25,

    /// <summary>An interrupt entry that does not admit the requester.</summary>
    InterruptSourceDenied = 0x26,

    /// <summary>RTADDR with a TTM that the unit does not offer.</summary>
    TableModeInvalid = 0x30,

    /// <summary>Scalable mode: root table unreadable.</summary>
    ScalableRootUnreadable = 0x38,

    /// <summary>Scalable mode: root entry not present.</summary>
    ScalableRootNotPresent = 0x39,

    /// <summary>Scalable mode: reserved field in a root entry.</summary>
    ScalableRootReserved = 0x3a,

    /// <summary>Scalable mode: context table unreadable.</summary>
    ScalableContextUnreadable = 0x40,

    /// <summary>Scalable mode: context entry not present.</summary>
    ScalableContextNotPresent = 0x41,

    /// <summary>Scalable mode: reserved field in a context entry.</summary>
    ScalableContextReserved = 0x42,

    /// <summary>Scalable mode: an ATS request while DTE is 0.</summary>
    ScalableTranslatedBlocked = 0x44,

    /// <summary>The PASID directory could not be read.</summary>
    PasidDirectoryUnreadable = 0x50,

    /// <summary>PASID directory entry not present.</summary>
    PasidDirectoryNotPresent = 0x51,

    /// <summary>Reserved field set in a PASID directory entry.</summary>
    PasidDirectoryReserved = 0x52,

    /// <summary>A PASID table could not be read.</summary>
    PasidTableUnreadable = 0x58,

    /// <summary>PASID entry not present.</summary>
    PasidNotPresent = 0x59,

    /// <summary>Reserved field set in a PASID entry.</summary>
    PasidReserved = 0x5a,

    /// <summary>PASID entry invalid: PGTT, AW or FLPM that the unit does not offer.</summary>
    PasidInvalid = 0x5b,

    /// <summary>A first-level entry below the top could not be read.</summary>
    FirstLevelUnreadable = 0x70,

    /// <summary>First-level entry not present.</summary>
    FirstLevelNotPresent = 0x71,

    /// <summary>Reserved field set in a first-level entry.</summary>
    FirstLevelReserved = 0x72,

    /// <summary>The top first-level table could not be read.</summary>
    FirstLevelTopUnreadable = 0x73,

    /// <summary>Scalable mode: a second-level entry could not be read.</summary>
    SecondLevelUnreadable = 0x78,

    /// <summary>Scalable mode: a second-level entry does not permit the access.</summary>
    SecondLevelDenied = 0x79,

    /// <summary>Scalable mode: reserved field in a second-level entry.</summary>
    SecondLevelReserved = 0x7a,

    /// <summary>First-level address that is not canonical.</summary>
    NotCanonical = 0x80,

    /// <summary>User request to a first-level page of the supervisor.</summary>
    SupervisorPage = 0x81,

    /// <summary>Scalable mode: second-level address beyond the width of the tables.</summary>
    ScalableBeyondWidth = 0x83,

    /// <summary>Write to a first-level page that is not writable.</summary>
    FirstLevelWriteDenied = 0x85,

    /// <summary>Scalable mode: the output lies in the interrupt range.</summary>
    ScalableInterruptRange = 0x87,

    /// <summary>A or D of a first-level entry could not be set.</summary>
    AccessedUpdateFailed = 0x91,
}
