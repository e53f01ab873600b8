using VIommuActors.Conformance.Tests.Targets;
using static VIommuActors.Conformance.Tests.Cases.Board;
using static VIommuActors.Conformance.Tests.Cases.Tables;

namespace VIommuActors.Conformance.Tests.Cases;

/// <summary>The machine around the unit: configuration space, BARs, bridges, edu's registers, memory accesses of every form, QMP.</summary>
public static class PlatformCases
{
    private static readonly Platform Bridged = new("",
        "edu,addr=5,dma_mask=0xffffffffffffffff", "pcie-root-port,id=rp1,chassis=2,addr=8", "edu,bus=rp1,dma_mask=0xffffffffffffffff",
        "pcie-root-port,id=rp2,chassis=3,addr=9", "pcie-pci-bridge,id=br1,bus=rp2", "edu,bus=br1,addr=3,dma_mask=0xffffffffffffffff");

    private static readonly Edu BehindPort = new(1, 0, 0xe0200000), BehindBridge = new(3, 0x18, 0xe0400000);

    /// <summary>All of them.</summary>
    public static IEnumerable<Case> All =>
    [
        Case.Of("configuration: who is on bus 0", "", s => s.Each(Enumerable.Range(0, 256), devfn => s.ConfigRead(0, devfn, 0, 'l'))),
        Case.Of("configuration: headers of those", "", s => s.Each((int[])[0x28, 0x30], devfn => s.Each(Enumerable.Range(0, 64), dword => s.ConfigRead(0, devfn, dword * 4, 'l')))),
        Case.Of("configuration: class and header type of the board's functions", "", s => s.Each((int[])[0, 0xf8, 0xfa, 0xfb], devfn => s.ConfigRead(0, devfn, 8, 'l').ConfigRead(0, devfn, 0xc, 'l').ConfigRead(0, devfn, 0x2c, 'l'))),
        Case.Of("configuration: bytes, words, ports and offsets", "", s => s.Each((uint[])[0u, 1, 2, 3, 5, 6, 7], low => s.Lines($"outl 0xcf8 0x{0x80002800 + low:x}", "inl 0xcf8")
            .Each((int[])[0xcfc, 0xcfd, 0xcfe, 0xcff], port => s.Lines($"inb 0x{port:x}")).Lines("inw 0xcfc", "inw 0xcfe", "inl 0xcfc"))),
        Case.Of("configuration: address without the enable bit", "", s => s.Lines("outl 0xcf8 0x00002800", "inl 0xcfc", "inl 0xcf8", "outl 0xcfc 0xffffffff", "outl 0xcf8 0xffffffff", "inl 0xcf8", "inl 0xcfc")),
        Case.Of("configuration: absent functions and buses", "", s => s.Each((int[])[0x29, 0x2f, 0x48, 0xff], devfn => s.ConfigRead(0, devfn, 0, 'l').ConfigWrite(0, devfn, 4, 'w', 7).ConfigRead(0, devfn, 4, 'w'))
            .ConfigRead(1, 0, 0, 'l').ConfigRead(255, 0x28, 0, 'l')),
        Case.Of("configuration: what can be written in edu's header", "", s => s.Each(Enumerable.Range(0, 16).Where(dword => dword != 4), dword => s
            .ConfigWrite(0, 0x28, dword * 4, 'l', 0xffffffff).ConfigRead(0, 0x28, dword * 4, 'l').ConfigWrite(0, 0x28, dword * 4, 'l', 0).ConfigRead(0, 0x28, dword * 4, 'l'))),
        Case.Of("BAR: size, move, off", "", s => s.ConfigWrite(0, 0x28, 0x10, 'l', 0xffffffff).ConfigRead(0, 0x28, 0x10, 'l').Edu(A).Read('l', A.Bar).ConfigWrite(0, 0x28, 0x10, 'l', 0xe0345678).ConfigRead(0, 0x28, 0x10, 'l')
            .Read('l', 0xe0300000).ConfigWrite(0, 0x28, 4, 'w', 0).ConfigRead(0, 0x28, 4, 'w').ConfigWrite(0, 0x28, 4, 'w', 2).Read('l', 0xe0300000)),
        Case.Of("BAR by bytes", "", s => s.ConfigWrite(0, 0x28, 0x13, 'b', 0xe0).ConfigRead(0, 0x28, 0x10, 'l').ConfigWrite(0, 0x28, 0x12, 'b', 0x55).ConfigRead(0, 0x28, 0x10, 'l').ConfigWrite(0, 0x28, 4, 'b', 2).Read('l', 0xe0500000)),
        Case.Of("edu: registers", "", s => s.Edu(A).Each((ulong[])[0ul, 4, 0x20, 0x24, 0x80, 0x88, 0x90, 0x98, 0x40, 0x7c, 0xa0, 0x1000], offset => s.Read('l', A.Bar + offset).Read('q', A.Bar + offset))
            .Write('l', A.Bar + 4, 0x12345678).Read('l', A.Bar + 4).Write('q', A.Bar + 4, 1).Read('l', A.Bar + 4).Write('l', A.Bar, 1).Read('l', A.Bar)),
        Case.Of("edu: accesses of one and two bytes", "", s => s.Edu(A).Each((ulong[])[0ul, 1, 4, 0x80, 0x98], offset => s.Read('b', A.Bar + offset).Read('w', A.Bar + offset).Write('b', A.Bar + offset, 0xff).Write('w', A.Bar + offset, 0xffff).Read('l', A.Bar + offset))),
        Case.Of("edu: DMA registers by 32 and 64 bits", "", s => s.Edu(A).Each((ulong[])[0x80ul, 0x88, 0x90], offset => s.Write('q', A.Bar + offset, 0x1122334455667788).Read('q', A.Bar + offset).Read('l', A.Bar + offset).Read('l', A.Bar + offset + 4)
            .Write('l', A.Bar + offset, 0x99).Read('q', A.Bar + offset)).Write('q', A.Bar + 0x98, 6).Read('q', A.Bar + 0x98)),
        Case.Of("edu: factorial", "", s => s.Edu(A).Each((uint[])[0u, 1, 5, 12, 13, 20], n => s.Write('l', A.Bar + 8, n).Settle(A.Bar + 0x20).Read('l', A.Bar + 8))),
        // QEMU's edu counts in a thread of its own: with its pin disabled, when it is through does not show.
        Case.Of("edu: factorial with an interrupt", "", s => s.Edu(A).ConfigWrite(A.Bus, A.DevFn, 4, 'w', 0x406).Write('l', A.Bar + 0x20, 0x80).Write('l', A.Bar + 8, 4).Settle(A.Bar + 0x20).Read('l', A.Bar + 8).Read('l', A.Bar + 0x20).Write('l', A.Bar + 0x20, 0xffffffff).Read('l', A.Bar + 0x20)),
        Case.Of("edu: DMA without the unit's help", "", s => s.Edu(A).Fill(Scratch, 0x1000, 0x3c).DmaRead(A, Scratch, 0xfff).DmaWrite(A, Target, 0xfff).Dump(Target, 0x40).Dump(Target + 0xff0, 0x20)
            .Dma(A, EduBuffer + 0x10, Target + 0x2000, 0x10, 3).Dump(Target + 0x2000, 0x20).Read('l', A.Bar + 0x98)),
        Case.Of("edu: registers are closed while a DMA runs", "", s => s.Edu(A).Fill(Scratch, 64, 7).Write('q', A.Bar + 0x80, Scratch).Write('q', A.Bar + 0x88, EduBuffer).Write('q', A.Bar + 0x90, 16)
            .Write('l', A.Bar + 0x98, 1).Settle(A.Bar + 0x98).Read('q', A.Bar + 0x80).Read('q', A.Bar + 0x88).Read('q', A.Bar + 0x90)),
        Case.On("edu: the default mask has 28 bits", new("", "edu,addr=5"), s => s.Edu(A).Fill(Scratch, 16, 0x77).DmaRead(A, 0x10000000 | Scratch, 16).DmaWrite(A, 0xf0000000ul | (Scratch + 0x100), 16).Dump(Scratch + 0x100, 16)),
        Case.On("a machine with nothing but the unit", new(""), s => s.Registers().ConfigRead(0, 0x28, 0, 'l').Each(Enumerable.Range(0, 32), slot => s.ConfigRead(0, slot * 8, 0, 'w'))),
        Case.On("edus without an address get slots in order", new("", "edu", "edu"), s => s.Each(Enumerable.Range(0, 32), slot => s.ConfigRead(0, slot * 8, 0, 'l'))),
        Case.On("bridges: their headers", Bridged, s => s.Each((int[])[0x40, 0x48], devfn => s.Each((int[])[0, 8, 0xc, 0x18, 0x1c, 0x20, 0x24], offset => s.ConfigRead(0, devfn, offset, 'l')))),
        Case.On("bridges: buses appear when numbered", Bridged, s => s.ConfigRead(1, 0, 0, 'l').Then(Number).Each((int[])[1, 2, 3, 4], bus => s.Each((int[])[0, 1, 0x18, 0x20], devfn => s.ConfigRead(bus, devfn, 0, 'l')))),
        Case.On("a device behind a root port", Bridged, s => Behind(s, BehindPort, 1, 0)),
        Case.On("a device behind a PCIe-to-PCI bridge", Bridged, s => Behind(s, BehindBridge, 3, 0)),
        Case.On("a device behind a PCIe-to-PCI bridge, context of its own place", Bridged, s => Behind(s, BehindBridge, 3, 0x18)),
        Case.On("two buses at once", Bridged, s => Number(s).Edu(A).Edu(BehindPort).Load(A, 0x11).Load(BehindPort, 0x22).Fill(Target, 0x4000, 0xcd).Legacy()
            .Qwords(Root + 16, OtherContext | 1, 0).Qwords(OtherContext, L3B | 1, 1 | (9 << 8)).Qwords(L3B, L2B | 3).Qwords(L2B + (Middle - L2), L1B | 3).Qwords(L1B + (Leaf() - L1), Other | 3)
            .Fill(Other, 0x1000, 0xef).Enable().DmaWrite(A, Iova, 8).DmaWrite(BehindPort, Iova, 8).Dump(Target, 16).Dump(Other, 16).Fault()
            .Qwords(Leaf(), 0).Qwords(L1B + (Leaf() - L1), 0).SetQ(Reg.Iva, Iova).SetQ(Reg.Iotlb, 0xb000000900000000).DmaWrite(A, Iova, 8).Fault().DmaWrite(BehindPort, Iova, 8).TakeFault()),
        Case.On("a bridge that does not master the bus", Bridged, s => Number(s).Edu(BehindPort).ConfigWrite(0, 0x40, 4, 'w', 2).Fill(Scratch, 16, 0x42).DmaRead(BehindPort, Scratch, 16).DmaWrite(BehindPort, Scratch + 0x100, 16).Dump(Scratch + 0x100, 16)),
        Case.Of("memory: every width", "", s => s.Each("bwlq", width => s.Write(width, Scratch, 0x1122334455667788).Dump(Scratch, 8).Read(width, Scratch).Read(width, Scratch + 3).Write(width, Scratch + 5, ulong.MaxValue).Dump(Scratch, 16))),
        Case.Of("memory: numbers as strtoull takes them", "", s => s.Lines("writel 2097152 0x1ffffffff", "readl 0x200000", "writel 0x200000 -1", "readl 0x200000", "writeb 0x200000 0400", "readb 0x200000", "writew 010000000 070000", "readw 0x200000", "readl 0X200000")),
        Case.Of("memory: block reads and writes", "", s => s.Lines("write 0x200000 8 0x0102030405060708", "readl 0x200000", "write 0x200000 4 0x0a0b", "read 0x200000 8", "write 0x200000 2 0xaabbccdd", "read 0x200000 8", "write 0x200010 1 0xAB", "read 0x200010 1", "read 0x200000 33")),
        Case.Of("memory: base64", "", s => s.Lines("b64write 0x200000 8 AQIDBAUGBwg=", "read 0x200000 8", "b64read 0x200000 8", "b64read 0x200000 1", "b64read 0x200000 6", "b64write 0x200000 3 /+8A", "b64read 0x200000 8")),
        Case.Of("memory: fill", "", s => s.Fill(Scratch, 32, 0xaa).Fill(Scratch + 4, 0, 0xbb).Lines("memset 0x200008 3 0x1cc").Dump(Scratch, 32)),
        Case.Of("memory: the ends of RAM", "", s => s.Write('q', 0x1ffffff8, 0x1122334455667788).Read('q', 0x1ffffff8).Read('l', 0x1ffffffc).Write('q', 0, 0x55).Read('q', 0).Read('b', 0x1fffffff)),
        Case.Of("protocol: endianness and unknown commands", "", s => s.Lines("endianness", "endianness ", "nope", "READB 0x0", "endianness now", "readb 0x200000 more", " readb 0x200000")),
        Case.Of("QMP: answers", "", s => s.Qmp("""{"execute":"query-status"}""").Qmp("""{"execute":"nope"}""").Qmp("""{"execute":"qmp_capabilities"}""").Qmp("""{"execute":"query-status","id":"x1"}""").Qmp("""{'execute':'query-status'}""")
            .Qmp("""{"execute":"query-status","arguments":{"a":1}}""").Qmp("""{"exec":"query-status"}""").Qmp("""[1]""").Qmp("""{"execute":5}""")),
        Case.Of("QMP: reset between accesses", "", s => s.Edu(A).Write('q', Scratch, 42).Set(Reg.Fedata, 5).Write('l', A.Bar + 4, 5).Reset().Get(Reg.Fedata).Read('q', Scratch).Edu(A).Read('l', A.Bar + 4).Read('q', A.Bar + 0x80)),
    ];

    /// <summary>Numbers the buses and opens the bridges' windows: port 1, slot 2, bridge 3.</summary>
    private static Script Number(Script script) => script
        .ConfigWrite(0, 0x40, 0x18, 'l', 0x010100).ConfigWrite(0, 0x40, 0x20, 'l', 0xe020e020).ConfigWrite(0, 0x40, 4, 'w', 7)
        .ConfigWrite(0, 0x48, 0x18, 'l', 0x030200).ConfigWrite(0, 0x48, 0x20, 'l', 0xe050e040).ConfigWrite(0, 0x48, 4, 'w', 7)
        .ConfigWrite(2, 0, 0x18, 'l', 0x030302).ConfigWrite(2, 0, 0x20, 'l', 0xe040e040).ConfigWrite(2, 0, 4, 'w', 7);

    /// <summary>Context entry for a place behind a bridge, faults without it, DMA with it.</summary>
    private static Script Behind(Script script, Edu edu, ulong bus, ulong devfn) => Number(script).Edu(edu).Read('l', edu.Bar).Load(edu, 0x33).Fill(Target, 0x1000, 0xcd).Fill(OtherContext, 0x1000, 0)
        .Legacy().Enable().DmaWrite(edu, Iova, 8).TakeFault().Qwords(Root + (16 * bus), OtherContext | 1, 0).Flush().DmaWrite(edu, Iova, 8).TakeFault()
        .Qwords(OtherContext + (16 * devfn), L3 | 1, 1 | (5 << 8)).Flush().DmaWrite(edu, Iova, 8).Dump(Target, 16).TakeFault()
        .Qwords(Leaf(), 0).SetQ(Reg.Iva, Iova).SetQ(Reg.Iotlb, 0xb000000500000000).DmaWrite(edu, Iova, 8).TakeFault();
}
