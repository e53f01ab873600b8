namespace VIommuActors.Conformance.Tests.Cases;

/// <summary>Translation tables and the way to turn them on.</summary>
public static class Tables
{
    /// <summary>Pages mapped one to one from <see cref="Board.Iova"/> to <see cref="Board.Target"/>.</summary>
    public const int Pages = 8;

    /// <summary>Address of the leaf of a mapped page.</summary>
    public static ulong Leaf(int page = 0) => Board.L1 + (8 * (((Board.Iova >> 12) + (ulong)page) & 511));

    /// <summary>Address of the entry in the 1 GiB table that covers the mapped pages.</summary>
    public static ulong Middle => Board.L2 + (8 * ((Board.Iova >> 21) & 511));

    /// <summary>Address of an edu's context entry of 16 bytes, in the first context table.</summary>
    public static ulong ContextOf(Edu edu) => Board.Context + (16 * (ulong)edu.DevFn);

    /// <summary>Address of an edu's scalable context entry of 32 bytes.</summary>
    public static ulong ScalableContextOf(Edu edu) => Board.Context + (32 * (ulong)edu.DevFn);

    /// <summary>Second-level tables from the fourth level on: eight pages, read and write.</summary>
    public static Script SecondLevel(this Script script, ulong rights = 3) => script
        .Qwords(Board.L4, Board.L3 | 3).Qwords(Board.L3, Board.L2 | 3).Qwords(Middle, Board.L1 | 3)
        .Qwords(Leaf(), Enumerable.Range(0, Pages).Select(page => (Board.Target + (0x1000 * (ulong)page)) | rights));

    /// <summary>The leaves of the eight pages point to <see cref="Board.Other"/> from here on; nothing is invalidated.</summary>
    public static Script Remap(this Script script) =>
        script.Qwords(Leaf(), Enumerable.Range(0, Pages).Select(page => (Board.Other + (0x1000 * (ulong)page)) | 3));

    /// <summary>Root and context entries of both edus in legacy mode, domain ids 5 and 6.</summary>
    public static Script Legacy(this Script script, bool wide = false, ulong type = 0) => script
        .Qwords(Board.Root, Board.Context | 1, 0)
        .Qwords(ContextOf(Board.A), (wide ? Board.L4 : Board.L3) | (type << 2) | 1, (wide ? 2ul : 1) | (5 << 8))
        .Qwords(ContextOf(Board.B), (wide ? Board.L4 : Board.L3) | (type << 2) | 1, (wide ? 2ul : 1) | (6 << 8))
        .SecondLevel();

    /// <summary>Root, context and PASID tables of both edus in scalable mode.</summary>
    public static Script Scalable(this Script script, ulong entry = Board.L4 | 0x89, ulong rid = 0) => script
        .Qwords(Board.Root, Board.Context | 1, 0)
        .Qwords(ScalableContextOf(Board.A), Board.Directory | 1, rid, 0, 0)
        .Qwords(ScalableContextOf(Board.B), Board.Directory | 1, rid, 0, 0)
        .Qwords(Board.Directory, Board.Pasids | 1)
        .Qwords(Board.Pasids + (64 * rid), entry, 5, 0, 0, 0, 0, 0, 0)
        .SecondLevel();

    /// <summary>Sets the root table and turns translation on.</summary>
    public static Script Enable(this Script script, bool scalable = false) => script
        .SetQ(Reg.Rtaddr, Board.Root | (scalable ? 0x400ul : 0)).Command(0x40000000).Command(0x80000000);

    /// <summary>Both edus with different data in their buffers, the target pages filled; translation is off.</summary>
    public static Script Devices(this Script script) => script
        .Edu(Board.A).Edu(Board.B).Load(Board.A, 0x5a).Load(Board.B, 0xb6).Fill(Board.Target, 0x8000, 0xcd).Fill(Board.Other, 0x8000, 0xef);

    /// <summary>A DMA write of eight bytes to each of the first pages, what became of it, and the fault registers.</summary>
    public static Script Probe(this Script script, int pages = 4, ulong offset = 0x568) => script
        .Each(Enumerable.Range(0, pages).Select(page => (ulong)page * 0x1000), page => script
            .Fill(Board.Target + page + offset, 8, 0xcd).Fill(Board.Other + page + offset, 8, 0xef)
            .DmaWrite(Board.A, Board.Iova + page + offset, 8)
            .Read('q', Board.Target + page + offset).Read('q', Board.Other + page + offset).TakeFault());

    /// <summary>Global invalidation through the registers: context cache, then IOTLB.</summary>
    public static Script Flush(this Script script) =>
        script.SetQ(Reg.Ccmd, 0xa000000000000000).GetQ(Reg.Ccmd).SetQ(Reg.Iotlb, 0x9000000000000000).GetQ(Reg.Iotlb);
}
