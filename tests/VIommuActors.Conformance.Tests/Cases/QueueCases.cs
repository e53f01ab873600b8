using VIommuActors.Conformance.Tests.Targets;
using static VIommuActors.Conformance.Tests.Cases.Board;

namespace VIommuActors.Conformance.Tests.Cases;

/// <summary>The invalidation queue: which descriptors are taken, what an error leaves behind, how it goes on, when it can be turned off.</summary>
/// <remarks>QEMU 7.2 aborts on a wait descriptor with both IF and SW (assertion in <c>vtd_process_wait_desc</c>): none is ever submitted.</remarks>
public static class QueueCases
{
    private static readonly (string Name, ulong Low, ulong High)[] Descriptors =
    [
        ("type 0", 0, 0), ("type 10", 10, 0), ("type 11", 11, 0), ("type 15", 15, 0), ("high type bits", 0x212, 0), ("highest type bit", 0x812, 0),
        ("context global", 0x11, 0), ("context domain", 0x50021, 0), ("context device", 0x2800050031, 0), ("context device, all functions", 0x3002800050031, 0),
        ("context without granularity", 1, 0), ("context, high word", 0x11, 1), ("context bit 6", 0x51, 0), ("context bit 12", 0x1011, 0), ("context bit 50", 0x4000000000031, 0),
        ("IOTLB without granularity", 2, 0), ("IOTLB global", 0x12, 0), ("IOTLB domain", 0x50022, 0), ("IOTLB page", 0x50032, 0x10200000),
        ("IOTLB page, mask 18", 0x50032, 0x10200012), ("IOTLB page, mask 19", 0x50032, 0x10200013), ("IOTLB page, hint", 0x50032, 0x10200040), ("IOTLB drains", 0xd2, 0),
        ("IOTLB bit 8", 0x112, 0), ("IOTLB bit 32", 0x100000012, 0), ("IOTLB high bit 7", 0x50032, 0x80), ("IOTLB global high bit 11", 0x12, 0x800), ("IOTLB global, mask 19", 0x12, 0x13),
        ("device TLB", 0x2800010003, 0x10200000), ("device TLB, 16 KiB", 0x2800010003, 0x10201001), ("device TLB bit 4", 0x2800010013, 0), ("device TLB bit 12", 0x2800011003, 0),
        ("device TLB bit 52", 0x10002800010003, 0), ("device TLB high bit 1", 0x2800010003, 2), ("device TLB of nobody", 0xffff00010003, 0),
        ("interrupt cache global", 4, 0), ("interrupt cache index", 0x700000014, 0), ("interrupt cache bit 5", 0x24, 0), ("interrupt cache high word", 4, 1),
        ("wait for nothing", 5, Status), ("wait, fence only", 0x45, Status), ("wait, status", 0x200000025, Status), ("wait, status and fence", 0x300000065, Status),
        ("wait, interrupt", 0x15, 0), ("wait, interrupt and fence", 0x55, Status), ("wait, status off its border by 2", 0x100000025, Status + 2),
        ("wait, status off its border by 1", 0x100000025, Status + 1), ("wait, status nowhere", 0x100000025, Hole), ("wait, page drain", 0x1000000a5, Status), ("wait bit 8", 0x100000125, Status),
        ("wait bit 31", 0x180000025, Status), ("PASID IOTLB", 6, 0), ("PASID IOTLB page", 0x36, 0x10200000), ("PASID cache", 7, 0), ("PASID cache global", 0x37, 0),
        ("PASID device TLB", 8, 0), ("page response", 9, 0),
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<Case> All =>
    [
        .. from unit in (string[])["", "x-scalable-mode=on", "device-iotlb=on,snoop-control=on"]
           from part in Descriptors.Chunk(15).Index()
           select One($"descriptors one by one, part {part.Index + 1}: {unit}", unit, part.Item, wide: false),
        .. from part in Descriptors.Chunk(15).Index() select One($"descriptors of 32 bytes, part {part.Index + 1}", "x-scalable-mode=on", part.Item, wide: true),
        Case.Of("32-byte descriptors, upper half set", "x-scalable-mode=on", s => Setup(s, true).Qwords(Queue, 0x12, 0, 1, 0, 0x12, 0, 0, 1, 0x200000025, Status, ulong.MaxValue, 0)
            .Each((ulong[])[0x20ul, 0x40, 0x60], tail => s.SetQ(Reg.Iqt, tail).QueueState()).Dump(Status, 8)),
        Case.Of("32-byte descriptors, tail of 16", "x-scalable-mode=on", s => Setup(s, true).Qwords(Queue, 0x200000025, Status, 0, 0).SetQ(Reg.Iqt, 0x10).QueueState()
            .Set(Reg.Fsts, 0x10).SetQ(Reg.Iqt, 0x20).QueueState().Dump(Status, 8)),
        Case.Of("descriptor width on a unit without scalable mode", "", s => Setup(s, true).Qwords(Queue, 0x200000025, Status, 0x300000025, Status + 4).SetQ(Reg.Iqt, 0x10).QueueState()
            .SetQ(Reg.Iqt, 0x20).QueueState().Dump(Status, 8)),
        Case.Of("error, repair, go on", "", s => Setup(s).Submit(0, 0x200000025, Status, 0, 0, 0x300000025, Status + 4).Dump(Status, 8).SetQ(Reg.Iqt, 0x40).QueueState()
            .Qwords(Queue + 16, 0x12, 0).Set(Reg.Fsts, 0x10).QueueState().Dump(Status, 8).SetQ(Reg.Iqt, 0x30).QueueState().Dump(Status, 8)),
        Case.Of("error, cleared without repair", "", s => Setup(s).Submit(0, 0, 0).Set(Reg.Fsts, 0x10).QueueState().SetQ(Reg.Iqt, 0x10).QueueState()),
        Case.Of("error with the event unmasked", "", s => Setup(s).Set(Reg.Fedata, 0x31).Set(Reg.Feaddr, 0xfee00000).Set(Reg.Fectl, 0).Submit(0, 0, 0)
            .Set(Reg.Fectl, 0x80000000).QueueState().Set(Reg.Fsts, 0x10).QueueState()),
        Case.Of("tail at and beyond the end", "", s => Setup(s).SetQ(Reg.Iqt, 0x1000).QueueState().Set(Reg.Fsts, 0x10).QueueState().SetQ(Reg.Iqt, 0x10010).QueueState()
            .Set(Reg.Fsts, 0x10).Submit(0, 0x200000025, Status).Dump(Status, 8)),
        Case.Of("tail off its border", "", s => Setup(s).Each((ulong[])[1ul, 8, 15], tail => s.SetQ(Reg.Iqt, tail).QueueState()).Qwords(Queue, 0x12, 0).SetQ(Reg.Iqt, 0x18).QueueState()),
        Case.Of("tail by halves", "", s => Setup(s).Qwords(Queue, 0x200000025, Status).Write('l', Unit + 0x88, 0x10).QueueState().Set(Reg.IqtTop, 0xffffffff).QueueState()
            .SetQ(Reg.Iqh, 0).QueueState()),
        Case.Of("tail set before the queue is on", "", s => s.Fill(Status, 16, 0).Qwords(Queue, 0x200000025, Status, 0x300000025, Status + 4).SetQ(Reg.Iqt, 0x20).QueueState()
            .SetQ(Reg.Iqa, Queue).QueueState().Command(0x04000000).QueueState().Dump(Status, 8)),
        Case.Of("round the end of a one-page queue", "", s => Setup(s).Each(Enumerable.Range(0, 260), slot => s
            .Qwords(Queue + (16 * (ulong)(slot % 256)), 0x25 | ((ulong)slot << 32), Status).SetQ(Reg.Iqt, 16 * (ulong)((slot + 1) % 256)).GetQ(Reg.Iqh).Read('l', Status))),
        Case.Of("a queue of eight pages", "", s => s.Fill(Queue, 0x8000, 0).SetQ(Reg.Iqt, 0).SetQ(Reg.Iqa, Queue | 3).Command(0x04000000).Qwords(Queue, [.. Enumerable.Repeat((ulong[])[0x12, 0], 300).SelectMany(x => x)])
            .SetQ(Reg.Iqt, 0x12c0).QueueState().SetQ(Reg.Iqt, 0x7ff0).QueueState().Set(Reg.Fsts, 0x10).SetQ(Reg.Iqt, 0x8000).QueueState()),
        Case.Of("address before, while and after the queue is on", "", s => s.SetQ(Reg.Iqa, Queue | 3).GetQ(Reg.Iqa).Command(0x04000000).GetQ(Reg.Iqa).SetQ(Reg.Iqa, 0x10050001).GetQ(Reg.Iqa)
            .Command(0).GetQ(Reg.Iqa).Qwords(Queue, 0x200000025, Status).SetQ(Reg.Iqt, 0x10).QueueState().Command(0).QueueState().SetQ(Reg.Iqa, ulong.MaxValue).GetQ(Reg.Iqa)),
        Case.Of("address with all bits", "aw-bits=48", s => s.SetQ(Reg.Iqa, 0xfffffffffffff000).GetQ(Reg.Iqa).Command(0x04000000).QueueState().SetQ(Reg.Iqt, 0x10).QueueState()),
        Case.Of("queue where no memory is", "", s => s.SetQ(Reg.Iqa, Hole).Command(0x04000000).SetQ(Reg.Iqt, 0x10).QueueState().Command(0)),
        Case.Of("off at once", "", s => s.Queue().Command(0).QueueState()),
        Case.Of("off after an invalidation, off after a wait", "", s => Setup(s).Submit(0, 0x12, 0).Command(0).QueueState().Submit(1, 0x200000025, Status).Command(0).QueueState()
            .Command(0x04000000).QueueState()),
        Case.Of("off after a wait with an interrupt", "", s => Setup(s).Submit(0, 0x15, 0).Command(0).QueueState()),
        Case.Of("off while an error stands", "", s => Setup(s).Submit(0, 0x200000025, Status, 0, 0).Command(0).QueueState().Set(Reg.Fsts, 0x10).Command(0).QueueState()),
        Case.Of("completion interrupts: masked, coalesced, unmasked", "", s => Setup(s).Submit(0, 0x15, 0).Submit(1, 0x15, 0).Set(Reg.Iedata, 0x31).Set(Reg.Ieaddr, 0xfee00000).Set(Reg.Iectl, 0).QueueState()
            .Submit(2, 0x15, 0).Set(Reg.Ics, 0).QueueState().Set(Reg.Ics, 1).QueueState().Submit(3, 0x15, 0).QueueState()),
        Case.Of("completion interrupt pending dropped by servicing", "", s => Setup(s).Submit(0, 0x15, 0).Set(Reg.Ics, 1).QueueState()),
        Case.Of("completion interrupt with an address in RAM", "", s => Setup(s).Set(Reg.Iedata, 0x31).Set(Reg.Ieaddr, (uint)Status + 8).Set(Reg.Iectl, 0).Submit(0, 0x15, 0).Dump(Status, 16)),
        Case.Of("status words of a long batch", "", s => Setup(s).Submit(0, [.. Enumerable.Range(0, 40).SelectMany(i => (ulong[])[((ulong)i << 32) | 0x25, Status + (4 * (ulong)i)])]).Dump(Status, 160)),
        Case.Of("status word inside the queue itself", "", s => Setup(s).Submit(0, 0x0000001200000025, Queue + 16, 0, 0).Dump(Queue, 32)),
        Case.Of("a status write is not translated", "", s => s.Devices().Legacy().Enable().Fill(Status, 16, 0).Queue(0x80000000).Submit(0, 0x200000025, Status).Dump(Status, 8).Fault()),
        Case.Of("reserved commands around a running queue", "", s => Setup(s).Command(0xc4000000).Submit(0, 0x200000025, Status).Command(0x84000000).Submit(1, 0x200000025, Status).Command(0x80000000).QueueState()),
    ];

    private static Script Setup(Script script, bool wide = false) => script.Fill(Status, 0x100, 0).Fill(Queue, 0x1000, 0).Queue(0, wide ? 0x800ul : 0);

    /// <summary>Each descriptor alone on a unit that was just reset.</summary>
    private static Case One(string name, string unit, (string Name, ulong Low, ulong High)[] descriptors, bool wide)
    {
        var operations = new List<Operation>();
        foreach (var (what, low, high) in descriptors)
        {
            var script = Setup(new Script().Reset(), wide).Qwords(Queue, low, high).SetQ(Reg.Iqt, wide ? 0x20ul : 0x10).QueueState().Dump(Status, 8);
            operations.Add(new Operation(what, script.Steps));
        }
        return new Case(name, Platform.TwoEdus(unit), operations);
    }
}
