namespace VIommuActors.Vtd.Spec;

/// <summary>0xfee00000–0xfeefffff: what is written there is an interrupt request, never memory.</summary>
/// <remarks>VT-d specification §3.14; Intel SDM volume 3, message address register.</remarks>
public static class InterruptRange
{
    /// <summary>First address.</summary>
    public const ulong First = 0xfee00000;

    private const ulong Size = 0x100000;

    /// <summary>True for an address of the range.</summary>
    public static bool Contains(ulong address) => address - First < Size;

    /// <summary>True when a page, given by its first address and its size − 1, has an address of the range.</summary>
    public static bool Touches(ulong page, ulong mask) => page < First + Size && page + mask >= First;
}
