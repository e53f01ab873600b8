namespace VIommuActors.Vtd.Faults;

/// <summary>Legacy-mode fault reasons as they stand in FRCD.FR (high quadword 39:32).</summary>
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
}
