namespace VIommuActors.Vtd.Spec;

/// <summary>First-level paging entry, the format of x86-64 page tables: bits of the 64-bit entry.</summary>
/// <remarks>VT-d specification §9.7; Linux <c>intel/iommu.h</c> (<c>DMA_FL_PTE_*</c>), QEMU (<c>VTD_FL_*</c>).</remarks>
internal static class FirstLevelEntry
{
    public const ulong Present = 1, Writable = 1 << 1, User = 1 << 2, Accessed = 1 << 5, Dirty = 1 << 6, PageSize = 1 << 7;
}
