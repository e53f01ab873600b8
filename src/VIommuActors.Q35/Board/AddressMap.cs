using VIommuActors.Q35.Pci;

namespace VIommuActors.Q35.Board;

/// <summary>Who answers at an address.</summary>
internal enum Target
{
    /// <summary>Nobody: reads 0, takes nothing.</summary>
    Hole,

    /// <summary>RAM.</summary>
    Ram,

    /// <summary>The registers of the unit.</summary>
    Unit,

    /// <summary>The I/O APIC.</summary>
    IoApic,

    /// <summary>The BAR of a device actor.</summary>
    Device,

    /// <summary>Configuration space through PCIEXBAR.</summary>
    Config,
}

/// <summary>What lies at an address.</summary>
/// <param name="Target">Who answers.</param>
/// <param name="Offset">Offset within what answers.</param>
/// <param name="Left">Bytes from here to its end, at least 1.</param>
/// <param name="Party">Index of the device actor, for <see cref="Target.Device"/>.</param>
internal readonly record struct Region(Target Target, ulong Offset, ulong Left, int Party = -1);

/// <summary>The physical address space, as the BARs and windows stand now.</summary>
internal sealed class AddressMap(BoardRam ram, PciTree pci, bool hasUnit)
{
    /// <summary>The unit's page.</summary>
    public const ulong UnitBase = 0xfed90000;

    private const ulong Page = 0x1000, UnitEnd = UnitBase + Page, ApicBase = 0xfec00000, ApicEnd = ApicBase + Page;

    /// <summary>What lies at an address.</summary>
    public Region Find(ulong address)
    {
        if (ram.Run(address, out var inside) is > 0 and var left) return new Region(Target.Ram, inside.Value, left);
        // Everything else begins and ends with a page.
        var untilPage = Page - (address & (Page - 1));
        if (hasUnit && address is >= UnitBase and < UnitEnd) return new Region(Target.Unit, address - UnitBase, untilPage);
        if (address is >= ApicBase and < ApicEnd) return new Region(Target.IoApic, address - ApicBase, untilPage);
        if (pci.FindBar(address) is { } bar) return new Region(Target.Device, address - bar.Base, untilPage, bar.Party);
        if (pci.IsConfig(address, out var offset)) return new Region(Target.Config, offset, untilPage);
        return new Region(Target.Hole, 0, untilPage);
    }

    /// <summary>
    /// How many bytes of a run are one access to registers of at most <paramref name="most"/> bytes: naturally aligned, as QEMU splits.
    /// </summary>
    public static int AccessSize(ulong offset, ulong left, int most)
    {
        var size = most;
        while (size > 1 && ((offset & (ulong)(size - 1)) != 0 || left < (ulong)size)) size >>= 1;
        return size;
    }
}
