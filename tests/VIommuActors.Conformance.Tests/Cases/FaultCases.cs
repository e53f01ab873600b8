using static VIommuActors.Conformance.Tests.Cases.Board;
using static VIommuActors.Conformance.Tests.Cases.Tables;

namespace VIommuActors.Conformance.Tests.Cases;

/// <summary>One thing wrong in the tables, then a DMA write and a DMA read: which fault, what is recorded, what reaches memory.</summary>
public static class FaultCases
{
    private const string Wide = "aw-bits=48", Deep = "x-scalable-mode=on,aw-bits=48";

    /// <summary>All of them.</summary>
    public static IEnumerable<Case> All => LegacyTables.Concat(LegacyContexts).Concat(Leaves).Concat(Narrow).Concat(ScalableTables).Concat(Recording);

    private static IEnumerable<Case> LegacyTables =>
    [
        Legacy("good tables", s => s),
        Legacy("root not present", s => s.Qwords(Root, 0)),
        Legacy("root with a reserved low bit", s => s.Qwords(Root, Context | 3)),
        Legacy("root with a reserved high half", s => s.Qwords(Root + 8, 1)),
        Legacy("root points nowhere", s => s.Qwords(Root, Hole | 1)),
        Legacy("root with address bit 40", s => s.Qwords(Root, Context | 1 | (1ul << 40))),
        Legacy("root with address bit 50", s => s.Qwords(Root, Context | 1 | (1ul << 50))),
        Legacy("root not present and reserved", s => s.Qwords(Root, 2)),
        Legacy("top table points nowhere", s => s.Qwords(ContextOf(A), Hole | 1)),
        Legacy("top entry empty", s => s.Qwords(L4, 0)),
        Legacy("top entry read-only", s => s.Qwords(L4, L3 | 1)),
        Legacy("top entry with bit 7", s => s.Qwords(L4, L3 | 0x83)),
        Legacy("third-level entry empty", s => s.Qwords(L3, 0)),
        Legacy("third-level entry points nowhere", s => s.Qwords(L3, Hole | 3)),
        Legacy("1 GiB page", s => s.Qwords(L3, 0x83)),
        Legacy("1 GiB page off its border", s => s.Qwords(L3, 0x200083)),
        Legacy("2 MiB page", s => s.Qwords(Middle, 0x10200083)),
        Legacy("2 MiB page off its border by 4 KiB", s => s.Qwords(Middle, 0x10201083)),
        Legacy("2 MiB page off its border by 1 MiB", s => s.Qwords(Middle, 0x10300083)),
        Legacy("2 MiB page read-only", s => s.Qwords(Middle, 0x10200081)),
        Legacy("2 MiB page with bit 11", s => s.Qwords(Middle, 0x10200883)),
        Legacy("2 MiB page over the interrupt range", s => s.Qwords(Middle, 0xfee00083)),
        Legacy("second-level entry read-only", s => s.Qwords(Middle, L1 | 1)),
        Legacy("second-level entry write-only", s => s.Qwords(Middle, L1 | 2)),
        Legacy("second-level entry without rights", s => s.Qwords(Middle, L1)),
        Legacy("second-level entry points nowhere", s => s.Qwords(Middle, Hole | 3)),
        Legacy("second-level entry with bit 11", s => s.Qwords(Middle, L1 | 3 | (1 << 11))),
        Legacy("second-level entry with bit 62", s => s.Qwords(Middle, L1 | 3 | (1ul << 62))),
        Legacy("second-level entry with bit 50", s => s.Qwords(Middle, L1 | 3 | (1ul << 50))),
    ];

    private static IEnumerable<Case> LegacyContexts =>
    [
        Legacy("context not present", s => s.Qwords(ContextOf(A), L4)),
        Legacy("context not present, FPD", s => s.Qwords(ContextOf(A), L4 | 2)),
        Legacy("context FPD hides a leaf fault", s => s.Qwords(ContextOf(A), L4 | 3).Qwords(Leaf(), 0)),
        Legacy("context FPD does not hide a reserved bit", s => s.Qwords(ContextOf(A), L4 | 3 | 16)),
        Legacy("context FPD hides a bad type", s => s.Qwords(ContextOf(A), L4 | 3 | 12)),
        Legacy("context type 1 without device TLB", s => s.Qwords(ContextOf(A), L4 | 5)),
        Legacy("context type 3", s => s.Qwords(ContextOf(A), L4 | 13)),
        Legacy("context pass-through", s => s.Qwords(ContextOf(A), 9)),
        Legacy("context pass-through, 39 bits", s => s.Qwords(ContextOf(A), 9, 1)),
        Legacy("context pass-through, bad width", s => s.Qwords(ContextOf(A), 9, 3)),
        .. from width in (ulong[])[0, 1, 3, 4, 7]
           select Legacy($"context width {width}", s => s.Qwords(ContextOf(A) + 8, width | (5 << 8))),
        Legacy("context 39 bits with a third-level root", s => s.Qwords(ContextOf(A), L3 | 1, 1)),
        Legacy("context 39 bits, address beyond them", s => s.Qwords(ContextOf(A), L3 | 1, 1), Iova | (1ul << 40)),
        .. from bit in (int[])[4, 11, 50] select Legacy($"context low bit {bit}", s => s.Qwords(ContextOf(A), L4 | 1 | (1ul << bit))),
        .. from bit in (int[])[3, 6, 7, 24, 63] select Legacy($"context high bit {bit}", s => s.Qwords(ContextOf(A) + 8, 2 | (1ul << bit))),
        .. from bit in (int[])[31, 38, 39, 47, 48, 63] select Legacy($"address bit {bit}", s => s, Iova | (1ul << bit)),
        Case.Of("legacy: address in the interrupt range, below it, above it", Wide, s => s.Devices().Legacy(true).Enable()
            .DmaRead(A, 0xfee00100, 4).TakeFault().DmaWrite(A, 0xfedff100, 4).TakeFault().DmaWrite(A, 0xfef00000, 4).TakeFault()),
    ];

    private static IEnumerable<Case> Leaves =>
    [
        Legacy("leaf empty", s => s.Qwords(Leaf(), 0)),
        Legacy("leaf read-only", s => s.Qwords(Leaf(), Target | 1)),
        Legacy("leaf write-only", s => s.Qwords(Leaf(), Target | 2)),
        Legacy("leaf points nowhere", s => s.Qwords(Leaf(), Hole | 3)),
        Legacy("leaf in the interrupt range", s => s.Qwords(Leaf(), 0xfee00003)),
        .. from bit in (int[])[2, 6, 7, 8, 9, 10, 11, 47, 48, 50, 51, 52, 61, 62, 63]
           select Legacy($"leaf bit {bit}", s => s.Qwords(Leaf(), Target | 3 | (1ul << bit))),
        Case.Of("leaf bit 11 with snoop control", Wide + ",snoop-control=on", s => Wrong(s.Devices().Legacy(true).Qwords(Leaf(), Target | 0x803), Iova)),
        Case.Of("leaf bit 62 with device TLB", Wide + ",device-iotlb=on", s => Wrong(s.Devices().Legacy(true).Qwords(Leaf(), Target | 3 | (1ul << 62)), Iova)),
        Case.Of("context type 1 with device TLB", Wide + ",device-iotlb=on", s => Wrong(s.Devices().Legacy(true, 1), Iova)),
        Case.Of("pass-through with pt off", Wide + ",pt=off", s => Wrong(s.Devices().Legacy(true, 2), Iova)),
        Case.Of("caching mode records the same", Wide + ",caching-mode=on", s => Wrong(s.Devices().Legacy(true).Qwords(Leaf(), 0), Iova)),
        Case.Of("no DMA translation: TE stays clear", "dma-translation=off", s => Wrong(s.Devices().Legacy().Qwords(Leaf(), 0), Iova)),
    ];

    private static IEnumerable<Case> Narrow =>
    [
        Case.Of("39 bits: good tables", "", s => Wrong(s.Devices().Legacy(), Iova)),
        Case.Of("39 bits: 48-bit context", "", s => Wrong(s.Devices().Legacy(true), Iova)),
        Case.Of("39 bits: pass-through of the wrong width", "", s => Wrong(s.Devices().Legacy(true, 2), Iova)),
        Case.Of("39 bits: pass-through", "", s => Wrong(s.Devices().Legacy(false, 2), Iova)),
        .. from bit in (int[])[38, 39, 46, 48]
           select Case.Of($"39 bits: leaf bit {bit}", "", s => Wrong(s.Devices().Legacy().Qwords(Leaf(), Target | 3 | (1ul << bit)), Iova)),
        .. from bit in (int[])[38, 39, 48]
           select Case.Of($"39 bits: address bit {bit}", "", s => Wrong(s.Devices().Legacy(), Iova | (1ul << bit))),
        Case.Of("39 bits: context pointer bit 40", "", s => Wrong(s.Devices().Legacy().Qwords(ContextOf(A), L3 | 1 | (1ul << 40)), Iova)),
        Case.Of("39 bits: root pointer bit 40", "", s => Wrong(s.Devices().Legacy().Qwords(Root, Context | 1 | (1ul << 40)), Iova)),
        Case.Of("39 bits: root table address above them", "", s => s.Devices().Legacy().SetQ(Reg.Rtaddr, Root | (1ul << 40)).GetQ(Reg.Rtaddr)
            .Command(0x40000000).Command(0x80000000).DmaWrite(A, Iova, 8).TakeFault()),
    ];

    private static IEnumerable<Case> ScalableTables =>
    [
        Scalable("good tables", s => s),
        Scalable("upper root half reserved", s => s.Qwords(Root + 8, 2)),
        Scalable("root not present", s => s.Qwords(Root, 0)),
        Scalable("root points nowhere", s => s.Qwords(Root, Hole | 1)),
        Scalable("context not present", s => s.Qwords(ScalableContextOf(A), Board.Directory)),
        .. from bit in (int[])[1, 2, 3, 4, 5, 8, 9, 11, 40, 50]
           select Scalable($"context bit {bit}", s => s.Qwords(ScalableContextOf(A), Board.Directory | 1 | (1ul << bit))),
        .. from bit in (int[])[0, 5, 19, 20, 21, 63] select Scalable($"context second word bit {bit}", s => s.Qwords(ScalableContextOf(A) + 8, 1ul << bit)),
        Scalable("context third word", s => s.Qwords(ScalableContextOf(A) + 16, 1)),
        Scalable("context fourth word", s => s.Qwords(ScalableContextOf(A) + 24, 1)),
        Scalable("PASID of the context entry", s => s.Scalable(rid: 5)),
        Scalable("PASID of the context entry, leaf empty", s => s.Scalable(rid: 5).Qwords(Leaf(), 0)),
        Scalable("PASID entry of the context's PASID empty", s => s.Scalable(rid: 5).Qwords(Pasids + 320, 0)),
        .. from bit in (int[])[1, 2, 11, 50] select Scalable($"directory bit {bit}", s => s.Qwords(Board.Directory, Pasids | 1 | (1ul << bit))),
        Scalable("directory not present", s => s.Qwords(Board.Directory, 0)),
        Scalable("directory points nowhere", s => s.Qwords(ScalableContextOf(A), Hole | 1)),
        Scalable("PASID table points nowhere", s => s.Qwords(Board.Directory, Hole | 1)),
        Scalable("PASID entry empty", s => s.Qwords(Pasids, 0)),
        Scalable("PASID entry not present", s => s.Qwords(Pasids, L4 | 0x88)),
        Scalable("PASID entry FPD, leaf empty", s => s.Qwords(Pasids, L4 | 0x8b).Qwords(Leaf(), 0)),
        .. from type in (ulong[])[0, 1, 3, 4, 5, 7] select Scalable($"PASID entry type {type}", s => s.Qwords(Pasids, L4 | 9 | (type << 6))),
        .. from width in (ulong[])[0, 1, 3, 7] select Scalable($"PASID entry width {width}", s => s.Qwords(Pasids, L4 | 0x81 | (width << 2))),
        .. from bit in (int[])[5, 9, 10, 11, 50] select Scalable($"PASID entry bit {bit}", s => s.Qwords(Pasids, L4 | 0x89 | (1ul << bit))),
        Scalable("PASID entry, all further words set", s => s.Qwords(Pasids + 8, Enumerable.Repeat(ulong.MaxValue, 7))),
        Scalable("leaf empty", s => s.Qwords(Leaf(), 0)),
        Scalable("leaf bit 11", s => s.Qwords(Leaf(), Target | 0x803)),
        Scalable("leaf bit 62", s => s.Qwords(Leaf(), Target | 3 | (1ul << 62))),
        Scalable("second-level entry bit 11", s => s.Qwords(Middle, L1 | 0x803)),
        Scalable("2 MiB page bit 11", s => s.Qwords(Middle, 0x10200883)),
        Scalable("top table points nowhere", s => s.Qwords(Pasids, Hole | 0x89)),
        Scalable("leaf in the interrupt range", s => s.Qwords(Leaf(), 0xfee00003)),
        Scalable("address bit 48", s => s, Iova | (1ul << 48)),
        .. from mode in (ulong[])[0, 0x400, 0x800, 0xc00]
           select Case.Of($"scalable unit, legacy tables, table mode {mode:x}", Deep, s => s.Devices().Legacy(true)
               .SetQ(Reg.Rtaddr, Root | mode).GetQ(Reg.Rtaddr).Command(0x40000000).Command(0x80000000).Probe(1)),
        .. from mode in (ulong[])[0x400, 0x800]
           select Case.Of($"legacy unit, table mode {mode:x}", Wide, s => s.Devices().Legacy(true)
               .SetQ(Reg.Rtaddr, Root | mode).GetQ(Reg.Rtaddr).Command(0x40000000).Command(0x80000000).Probe(1)),
        Case.Of("scalable, 39 bits", "x-scalable-mode=on", s => Wrong(s.Devices().Scalable(L3 | 0x85), Iova, true)),
        Case.Of("scalable, 39 bits, leaf bit 40", "x-scalable-mode=on", s => Wrong(s.Devices().Scalable(L3 | 0x85).Qwords(Leaf(), Target | 3 | (1ul << 40)), Iova, true)),
    ];

    private static IEnumerable<Case> Recording =>
    [
        Case.Of("one record: same source, other source, overflow, clearing", "", s => s.Devices().Legacy().Qwords(Root, 0).Enable()
            .DmaWrite(A, Iova, 8).Fault().DmaWrite(A, Iova + 0x1000, 8).Fault().DmaRead(B, Iova, 8).Fault().Set(Reg.Fsts, 1).Fault()
            .DmaWrite(A, Iova, 8).Fault().DmaWrite(B, Iova, 8).Fault().Set(Reg.FrcdTop, 0x80000000).Fault().DmaWrite(B, Iova, 8).Fault()
            .Set(Reg.Fsts, 1).Fault().DmaWrite(B, Iova, 8).Fault().Set(Reg.Fsts, 2).Fault().SetQ(Reg.FrcdLow, ulong.MaxValue).Fault()
            .SetQ(Reg.FrcdHigh, 1ul << 63).Fault()),
        Case.Of("a new reason from the same source while the record is full", "", s => s.Devices().Legacy().Qwords(Leaf(), 0).Enable()
            .DmaWrite(A, Iova, 8).Fault().DmaRead(A, Iova, 8).Fault().Qwords(Root, 0).Flush().DmaRead(A, Iova + 0x5000, 8).TakeFault()),
        Case.Of("TE off and on keeps the record", "", s => s.Devices().Legacy().Qwords(Leaf(), 0).Enable().DmaWrite(A, Iova, 8).Fault()
            .Command(0).Fault().Command(0x80000000).Fault().DmaWrite(B, Iova, 8).Fault()),
        Case.Of("fault event masked, unmasked, serviced", "", s => s.Devices().Legacy().Qwords(Leaf(), 0).Enable().Set(Reg.Fedata, 0x31)
            .Set(Reg.Feaddr, 0xfee00000).DmaWrite(A, Iova, 8).Fault().Set(Reg.Fectl, 0).Fault().Set(Reg.FrcdTop, 0x80000000).Fault()
            .DmaWrite(A, Iova, 8).Fault().Set(Reg.Fectl, 0x80000000).Fault().DmaWrite(B, Iova, 8).Fault().Set(Reg.Fectl, 0x40000000).Fault()
            .Set(Reg.Fsts, 0x11).Set(Reg.FrcdTop, 0x80000000).Fault()),
        Case.Of("fault event pending dropped by clearing the record", "", s => s.Devices().Legacy().Qwords(Leaf(), 0).Enable()
            .DmaWrite(A, Iova, 8).Fault().Set(Reg.FrcdTop, 0x80000000).Fault()),
        Case.Of("fault event with an address in RAM", "", s => s.Devices().Legacy().Qwords(Leaf(), 0).Enable().Fill(Status, 16, 0)
            .Set(Reg.Fedata, 0x31).Set(Reg.Feaddr, (uint)Status).Set(Reg.Fectl, 0).DmaWrite(A, Iova, 8).Fault().Dump(Status, 16)),
        Case.Of("a queue error joins a fault", "", s => s.Devices().Legacy().Qwords(Leaf(), 0).Enable().Queue(0x80000000).DmaWrite(A, Iova, 8).Fault()
            .Submit(0, 0, 0).Fault().Set(Reg.FrcdTop, 0x80000000).Fault().Set(Reg.Fsts, 0x10).Fault()),
        Case.Of("DMA over a page border, second page unmapped", "", s => s.Devices().Legacy().Qwords(Leaf(1), 0).Enable()
            .DmaWrite(A, Iova + 0xffc, 8).Dump(Target + 0xff0, 32).TakeFault()),
        Case.Of("DMA over a page border, first page unmapped", "", s => s.Devices().Legacy().Qwords(Leaf(0), 0).Enable()
            .DmaWrite(A, Iova + 0xffc, 8).Dump(Target + 0xff0, 32).TakeFault()),
        Case.Of("DMA over a page border to scattered pages", "", s => s.Devices().Legacy().Qwords(Leaf(1), Other | 3).Enable()
            .DmaWrite(A, Iova + 0xff0, 32).Dump(Target + 0xff0, 32).Dump(Other, 32).TakeFault()),
        Case.Of("DMA over a border into a read-only page", "", s => s.Devices().Legacy().Qwords(Leaf(1), (Target + 0x1000) | 1).Enable()
            .DmaWrite(A, Iova + 0x800, 0xfff).Dump(Target + 0x7f0, 32).Dump(Target + 0xff0, 32).Dump(Target + 0x17f0, 32).TakeFault()),
        Case.Of("a failed read leaves zeros in the buffer", "", s => s.Devices().Legacy().Qwords(Leaf(1), 0).Enable().DmaRead(A, Iova + 0x1000, 16).TakeFault()
            .DmaWrite(A, Iova, 32).Dump(Target, 48)),
        Case.Of("a read over a border into an unmapped page", "", s => s.Devices().Legacy().Qwords(Leaf(1), 0).Fill(Target, 0x1000, 0x42).Enable()
            .DmaRead(A, Iova + 0xff8, 16).TakeFault().DmaWrite(A, Iova + 0x2000, 32).Dump(Target + 0x2000, 48)),
        Case.Of("bus master off: no DMA, no fault", "", s => s.Devices().Legacy().Qwords(Leaf(), 0).Enable().ConfigWrite(0, A.DevFn, 4, 'w', 2)
            .DmaWrite(A, Iova, 8).Fault().DmaRead(A, Iova, 8).Fault().ConfigWrite(0, A.DevFn, 4, 'w', 6).DmaWrite(A, Iova, 8).Fault()),
        Case.Of("39 bits: address bit 60", "", s => s.Devices().Legacy().Enable().DmaWrite(A, Iova | (1ul << 60), 8).TakeFault()),
    ];

    private static Case Legacy(string name, Func<Script, Script> wrong, ulong iova = Iova) =>
        Case.Of("legacy: " + name, Wide, s => Wrong(s.Devices().Legacy(true).Then(wrong), iova));

    private static Case Scalable(string name, Func<Script, Script> wrong, ulong iova = Iova) =>
        Case.Of("scalable: " + name, Deep, s => Wrong(s.Devices().Scalable().Then(wrong), iova, true));

    /// <summary>Write, read, and write again in the same page; memory where the write may have gone, translated or not.</summary>
    private static Script Wrong(Script script, ulong iova, bool scalable = false) => script.Fill(Iova, 0x1000, 0xee).Fill(0x10200000, 0x1000, 0xdd)
        .Enable(scalable).DmaWrite(A, iova + 0x568, 8).TakeFault().DmaRead(A, iova + 0x570, 8).TakeFault().DmaWrite(A, iova + 0x580, 8).TakeFault()
        .Dump(Target + 0x560, 48).Dump(Iova + 0x560, 48).Dump(0x10200560, 48)
        .DmaWrite(B, Iova + 0x1568, 8).TakeFault().Dump(Target + 0x1560, 16);
}
