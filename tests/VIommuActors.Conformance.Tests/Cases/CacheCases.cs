using static VIommuActors.Conformance.Tests.Cases.Board;
using static VIommuActors.Conformance.Tests.Cases.Tables;

namespace VIommuActors.Conformance.Tests.Cases;

/// <summary>What is cached, and what each invalidation drops: pages are used, their entries changed, something invalidated, and the pages used again.</summary>
public static class CacheCases
{
    private const ulong Domain = 0xa000000000000000, Page = 0xb000000000000000, Did5 = 5ul << 32, Did6 = 6ul << 32;

    /// <summary>All of them.</summary>
    public static IEnumerable<Case> All => Leaves.Concat(Contexts).Concat(Queued).Concat(Others);

    private static IEnumerable<Case> Leaves =>
    [
        Leaf("nothing", s => s),
        Leaf("IOTLB global", s => s.SetQ(Reg.Iotlb, 0x9000000000000000)),
        Leaf("IOTLB domain", s => s.SetQ(Reg.Iotlb, Domain | Did5)),
        Leaf("IOTLB another domain", s => s.SetQ(Reg.Iotlb, Domain | Did6)),
        Leaf("IOTLB page", s => s.SetQ(Reg.Iva, Iova).SetQ(Reg.Iotlb, Page | Did5)),
        Leaf("IOTLB page of another domain", s => s.SetQ(Reg.Iva, Iova).SetQ(Reg.Iotlb, Page | Did6)),
        Leaf("IOTLB two pages, address of the second", s => s.SetQ(Reg.Iva, (Iova + 0x1000) | 1).SetQ(Reg.Iotlb, Page | Did5)),
        Leaf("IOTLB four pages", s => s.SetQ(Reg.Iva, Iova | 2).SetQ(Reg.Iotlb, Page | Did5)),
        Leaf("IOTLB page with hint", s => s.SetQ(Reg.Iva, (Iova + 0x2000) | 0x40).SetQ(Reg.Iotlb, Page | Did5)),
        Leaf("IOTLB page, mask 18", s => s.SetQ(Reg.Iva, Iova | 18).SetQ(Reg.Iotlb, Page | Did5)),
        Leaf("IOTLB page, mask 19", s => s.SetQ(Reg.Iva, Iova | 19).SetQ(Reg.Iotlb, Page | Did5)),
        Leaf("IOTLB without granularity", s => s.SetQ(Reg.Iotlb, 0x8000000000000000)),
        Leaf("context global only", s => s.SetQ(Reg.Ccmd, 0xa000000000000000)),
        Leaf("context domain", s => s.SetQ(Reg.Ccmd, 0xc000000000000005)),
        Leaf("context device", s => s.SetQ(Reg.Ccmd, 0xe000000000280005)),
        Leaf("context device, twice", s => s.SetQ(Reg.Ccmd, 0xe000000000280005).SetQ(Reg.Ccmd, 0xe000000000300006)),
        Leaf("root table pointer alone", s => s.Command(0xc0000000)),
        Leaf("TE off and on", s => s.Command(0).Command(0x80000000)),
        Leaf("TE on again", s => s.Command(0x80000000)),
        Leaf("interrupt remapping on", s => s.Command(0x82000000)),
        Leaf("a request with the queue on", s => s.Queue(0x80000000).SetQ(Reg.Iotlb, 0x9000000000000000)),
    ];

    private static IEnumerable<Case> Contexts =>
    [
        Context("nothing", s => s),
        Context("IOTLB global", s => s.SetQ(Reg.Iotlb, 0x9000000000000000)),
        Context("context global", s => s.SetQ(Reg.Ccmd, 0xa000000000000000)),
        Context("both global", s => s.Flush()),
        Context("context domain", s => s.SetQ(Reg.Ccmd, 0xc000000000000005)),
        Context("context of another domain", s => s.SetQ(Reg.Ccmd, 0xc000000000000006)),
        Context("context device", s => s.SetQ(Reg.Ccmd, 0xe000000000280005)),
        Context("context device with another domain", s => s.SetQ(Reg.Ccmd, 0xe000000000280006)),
        Context("context of another device", s => s.SetQ(Reg.Ccmd, 0xe000000000290005)),
        .. from place in (ulong[])[0x1002c, 0x2002e, 0x3002f, 0x2002f, 0x0002c, 0x10028, 0x30100 | 0x28]
           select Context($"context device {place & 0xffff:x} with function mask {place >> 16}",
               s => s.SetQ(Reg.Ccmd, 0xe000000000000005 | ((place & 0xffff) << 16) | ((place >> 16) << 32))),
        Context("context without granularity", s => s.SetQ(Reg.Ccmd, 0x8000000000000005)),
        Context("root table pointer alone", s => s.Command(0xc0000000)),
        Context("root table address written", s => s.SetQ(Reg.Rtaddr, 0x10008000)),
    ];

    private static IEnumerable<Case> Queued =>
        from each in new (string Name, ulong Low, ulong High)[]
        {
            ("context global", 0x11, 0), ("context domain", 0x50021, 0), ("context another domain", 0x60021, 0), ("context device", 0x2800050031, 0),
            ("context device, functions", 0x3002f00050031, 0), ("IOTLB global", 0x12, 0), ("IOTLB domain", 0x50022, 0), ("IOTLB another domain", 0x60022, 0), ("IOTLB page", 0x50032, Iova),
            ("IOTLB two pages", 0x50032, Iova | 0x1001), ("device TLB", 0x2800010003, 0x7ffffffffffff001), ("interrupt cache", 4, 0), ("PASID IOTLB", 0x50026, 0),
            ("PASID IOTLB page", 0x50036, Iova), ("PASID cache", 0x37, 0),
        }
        from scalable in (bool[])[false, true]
        select scalable
            ? Case.Of($"queue, scalable: {each.Name}", "x-scalable-mode=on,aw-bits=48", s => s.Devices().Scalable().Enable(true).Probe(2).Remap().Queue(0x80000000).Submit(0, each.Low, each.High).Probe(4))
            : Case.Of($"queue: {each.Name}", "", s => s.Devices().Legacy().Enable().Probe(2).Remap().Redirect().Queue(0x80000000).Submit(0, each.Low, each.High).Probe(4));

    private static IEnumerable<Case> Others =>
    [
        Case.Of("a read-only page cached, written, widened, flushed", "", s => s.Devices().Legacy().Qwords(Tables.Leaf(), Target | 1).Enable().DmaRead(A, Iova, 8).TakeFault().Probe(1)
            .Qwords(Tables.Leaf(), Target | 3).Probe(1).Flush().Probe(1)),
        Case.Of("a write-only page cached, read", "", s => s.Devices().Legacy().Qwords(Tables.Leaf(), Target | 2).Enable().DmaWrite(A, Iova, 8).TakeFault().DmaRead(A, Iova, 8).TakeFault()
            .Flush().DmaRead(A, Iova, 8).TakeFault().DmaWrite(A, Iova + 0x1000, 16).Dump(Target + 0x1000, 16)),
        .. from mode in (string[])["", "caching-mode=on"]
           select Case.Of($"what is not present is not cached: {mode}", mode, s => s.Devices().Legacy().Qwords(Tables.Leaf(), 0).Qwords(ContextOf(B), 0, 0).Enable().Probe(1).DmaWrite(B, Iova, 8).TakeFault()
               .Qwords(Tables.Leaf(), Target | 3).Qwords(ContextOf(B), L3 | 1, 1).Probe(1).DmaWrite(B, Iova, 8).TakeFault()),
        Case.Of("two devices of one domain cache for themselves", "", s => s.Devices().Legacy().Qwords(ContextOf(B) + 8, 1 | (5 << 8)).Enable().Probe(1).Remap()
            .DmaWrite(B, Iova, 8).Dump(Target, 8).Dump(Other, 8).Probe(1).SetQ(Reg.Iva, Iova).SetQ(Reg.Iotlb, Page | Did5).Probe(1)),
        Case.Of("a 2 MiB page split without invalidation", "", s => s.Devices().Legacy().Qwords(Middle, 0x10000083).Enable().DmaWrite(A, Iova + 0x568, 8).Dump(0x10000568, 8)
            .Qwords(Middle, L1 | 3).Probe(2).SetQ(Reg.Iva, Iova + 0x100000).SetQ(Reg.Iotlb, Page | Did5).Probe(2).Flush().Probe(2)),
        Case.Of("a 2 MiB page and another domain's invalidation", "", s => s.Devices().Legacy().Qwords(Middle, 0x10000083).Enable().DmaWrite(A, Iova + 0x568, 8)
            .Qwords(Middle, L1 | 3).SetQ(Reg.Iva, Iova).SetQ(Reg.Iotlb, Page | Did6).Probe(1)),
        Case.Of("4 KiB pages joined to 2 MiB without invalidation", "", s => s.Devices().Legacy().Enable().Probe(2).Qwords(Middle, 0x10200083).Probe(4).Dump(0x10203568, 8)),
        Case.Of("a 1 GiB page", "aw-bits=48", s => s.Devices().Legacy(true).Qwords(L3, 0x83).Enable().DmaWrite(A, Iova, 8).Dump(Iova, 8).DmaWrite(A, Target, 8).Dump(Target, 8)
            .SetQ(Reg.Iva, 0x1000).SetQ(Reg.Iotlb, Page | Did5).DmaWrite(A, Target + 0x1000, 8).Dump(Target + 0x1000, 8)),
        Case.Of("pass-through turned into translation and back", "", s => s.Devices().Legacy(type: 2).Enable().DmaWrite(A, Target + 0x568, 8).Dump(Target + 0x568, 8).Fault()
            .Qwords(ContextOf(A), L3 | 1).Probe(1).SetQ(Reg.Ccmd, 0xa000000000000000).Probe(1).DmaWrite(A, Target, 8).TakeFault()
            .Qwords(ContextOf(A), 9).SetQ(Reg.Ccmd, 0xe000000000280005).DmaWrite(A, Target, 8).Dump(Target, 8).Fault()),
        Case.Of("translation as of the end of the delay, not of its start", "", s => s.Devices().Legacy().Enable().Write('q', A.Bar + 0x80, EduBuffer).Write('q', A.Bar + 0x88, Iova).Write('q', A.Bar + 0x90, 8)
            .Qwords(Tables.Leaf(), Other | 3).Write('l', A.Bar + 0x98, 3).Settle(A.Bar + 0x98).Dump(Target, 8).Dump(Other, 8)),
        Case.Of("domain of a context entry changed under cached pages", "", s => s.Devices().Legacy().Enable().Probe(1).Qwords(ContextOf(A) + 8, 1 | (6 << 8)).SetQ(Reg.Ccmd, 0xa000000000000000)
            .Remap().SetQ(Reg.Iotlb, Domain | Did6).Probe(2).SetQ(Reg.Iotlb, Domain | Did5).Probe(2)),
    ];

    private static Case Leaf(string name, Func<Script, Script> invalidate) =>
        Case.Of("leaves changed: " + name, "", s => s.Devices().Legacy().Enable().Probe().Remap().Then(invalidate).Probe());

    private static Case Context(string name, Func<Script, Script> invalidate) =>
        Case.Of("context changed: " + name, "", s => s.Devices().Legacy().Enable().Probe(2).Redirect().Then(invalidate).Probe(4));

    /// <summary>The first edu's context entry leads to other tables, whose pages are the other ones.</summary>
    private static Script Redirect(this Script script) => script.Qwords(L3B, L2B | 3).Qwords(L2B + (8 * ((Iova >> 21) & 511)), L1B | 3)
        .Qwords(L1B + (Tables.Leaf() - L1), Enumerable.Range(0, Pages).Select(page => (Board.Other + (0x1000 * (ulong)page)) | 3))
        .Qwords(ContextOf(A), L3B | 1);
}
