namespace VIommuActors.Conformance.Tests.Cases;

/// <summary>Where things lie in the tests' machines: 512 MiB of RAM, tables at 256 MiB.</summary>
/// <remarks>Accesses stay within RAM, the unit's page, BARs of edu and configuration registers: nothing else is a promise of the product.</remarks>
public static class Board
{
    /// <summary>Registers of the unit.</summary>
    public const ulong Unit = 0xfed90000;

    /// <summary>Tables: root, context, second level from the top down, queue, status words, interrupt remapping, PASID directory and table.</summary>
    public const ulong Root = 0x10000000, Context = 0x10001000, L4 = 0x10010000, L3 = 0x10011000, L2 = 0x10012000, L1 = 0x10013000,
        Queue = 0x10020000, Status = 0x10040000, Irt = 0x10050000, Directory = 0x10030000, Pasids = 0x10031000, OtherContext = 0x10002000;

    /// <summary>A second set of tables.</summary>
    public const ulong L3B = 0x10016000, L2B = 0x10017000, L1B = 0x10018000;

    /// <summary>What DMA works on: the first of eight pages that the tables map from <see cref="Iova"/> on, eight more, and a page outside the tables.</summary>
    public const ulong Target = 0x10100000, Other = 0x10300000, Scratch = 0x00200000;

    /// <summary>First I/O address that is mapped; page-aligned.</summary>
    public const ulong Iova = 0x0e200000;

    /// <summary>An address without memory behind it.</summary>
    public const ulong Hole = 0x30000000;

    /// <summary>Address of edu's buffer on edu's side.</summary>
    public const ulong EduBuffer = 0x40000;

    /// <summary>The edus of <see cref="Targets.Platform.TwoEdus"/>.</summary>
    public static readonly Edu A = new(0, 0x28, 0xe0000000), B = new(0, 0x30, 0xe0100000);
}

/// <summary>An edu: its place and its BAR.</summary>
public readonly record struct Edu(int Bus, int DevFn, ulong Bar)
{
    /// <summary>Source id as the unit sees it when no bridge stands in between.</summary>
    public ulong SourceId => (uint)((Bus << 8) | DevFn);
}

/// <summary>Registers by offset.</summary>
public enum Reg
{
#pragma warning disable CS1591
    Ver = 0x00, Cap = 0x08, Ecap = 0x10, Gcmd = 0x18, Gsts = 0x1c, Rtaddr = 0x20, Ccmd = 0x28, CcmdTop = 0x2c, Fsts = 0x34, Fectl = 0x38,
    Fedata = 0x3c, Feaddr = 0x40, Feuaddr = 0x44, Iqh = 0x80, Iqt = 0x88, IqtTop = 0x8c, Iqa = 0x90, Ics = 0x9c, Iectl = 0xa0, Iedata = 0xa4,
    Ieaddr = 0xa8, Ieuaddr = 0xac, Iqercd = 0xb0, Irta = 0xb8, Iva = 0xf0, Iotlb = 0xf8, IotlbTop = 0xfc, FrcdLow = 0x220, FrcdHigh = 0x228,
    FrcdTop = 0x22c,
#pragma warning restore CS1591
}
