using static VIommuActors.Conformance.Tests.Cases.Board;

namespace VIommuActors.Conformance.Tests.Cases;

/// <summary>Registers by themselves: reset values, masks, widths, commands, register-based invalidation.</summary>
/// <remarks>
/// QEMU 7.2 aborts on a 64-bit store to FECTL, IECTL or IEADDR at their own offsets (assertions in <c>vtd_mem_write</c>); no case and no generated
/// operation makes one, directly or by a block write.
/// </remarks>
public static class RegisterCases
{
    private static readonly string[] Options =
    [
        "", "aw-bits=48", "aw-bits=39", "caching-mode=on", "intremap=off", "intremap=on", "eim=off", "eim=on,x-buggy-eim=on", "dma-drain=off",
        "snoop-control=on", "device-iotlb=on", "dma-translation=off", "pt=off", "x-scalable-mode=on", "x-scalable-mode=on,aw-bits=48",
        "x-scalable-mode=on,x-pasid-mode=on", "snoop-control=on,x-scalable-mode=on,device-iotlb=on", "intremap=off,x-scalable-mode=on,aw-bits=48",
        "caching-mode=on,aw-bits=48,dma-drain=off,pt=off", "version=1",
    ];

    private static readonly HashSet<ulong> NoWide = [0x18, 0x28, 0x38, 0xa0, 0xa8, 0xf8];

    /// <summary>All of them.</summary>
    public static IEnumerable<Case> All =>
    [
        .. from options in Options select Case.Of($"registers after power-on: {(options.Length == 0 ? "no options" : options)}", options, s => s.Registers().Get(Reg.Ver)),
        .. from options in (string[])["", "x-scalable-mode=on", "intremap=off", "device-iotlb=on,snoop-control=on"]
           select Case.Of($"all ones by 32 bits: {options}", options, s => s.Each(Dwords(), offset => s.Write('l', Unit + offset, 0xffffffff).Registers())),
        Case.Of("all ones by 64 bits", "", s => s.Each(Qwords(), offset => s.Write('q', Unit + offset, ulong.MaxValue).Registers())),
        Case.Of("zeros by 32 bits after ones", "", s => s.Each(Dwords(), offset => s.Write('l', Unit + offset, 0xffffffff))
            .Each(Dwords(), offset => s.Write('l', Unit + offset, 0).Registers())),
        Case.Of("64-bit loads at every fourth byte", "", s => s.SetQ(Reg.Rtaddr, 0x123456789000).Set(Reg.Fedata, 0x31).Set(Reg.Feaddr, 0xfee00000)
            .Each(Offsets(4, 0x240), offset => s.Read('q', Unit + offset))),
        Case.Of("loads of one and two bytes", "", s => s.Each(Offsets(1, 0x24), offset => s.Read('b', Unit + offset).Read('w', Unit + offset))),
        Case.Of("loads at odd addresses", "", s => s.Each(Offsets(1, 0x24), offset => s.Read('l', Unit + offset).Read('q', Unit + offset))),
        Case.Of("stores of one and two bytes", "", s => s.Each(Offsets(1, 16), offset => s.Write('b', Unit + 0x38 + offset, 0xff).Write('w', Unit + 0x20 + offset, 0xffff))
            .Registers().Write('b', Unit + 0x1b, 0x40).Get(Reg.Gsts)),
        Case.Of("32-bit stores at odd addresses", "", s => s.Each(Offsets(1, 12), offset => s.Write('l', Unit + 0x20 + offset, 0xa5a5a5a5).Registers())),
        Case.Of("64-bit stores that fall on two registers", "", s => s.Each((ulong[])[0x1cul, 0x24, 0x34, 0x3c, 0x44, 0x84, 0x8c, 0x9c, 0xa4, 0xac, 0xb4, 0xbc, 0xf4, 0x22c],
            offset => s.Write('q', Unit + offset, 0x8877665544332211).Registers())),
        Case.Of("64-bit stores at odd addresses", "", s => s.Each((ulong[])[0x3dul, 0x3e, 0x21, 0x25], offset => s.Write('q', Unit + offset, ulong.MaxValue).Registers())),
        Case.Of("behind the last register", "", s => s.Each((ulong[])[0x230ul, 0x238, 0x400, 0xff8], offset => s.Read('l', Unit + offset).Read('q', Unit + offset)
            .Write('l', Unit + offset, 0xffffffff).Write('q', Unit + offset, ulong.MaxValue).Read('q', Unit + offset))),
        Case.Of("block reads of the page", "", s => s.Dump(Unit, 0x230).Dump(Unit + 1, 7).Dump(Unit + 9, 15).Dump(Unit + 4, 24).Dump(Unit + 0x220, 0x40)),
        Case.Of("block writes and fills of FEDATA", "", s => s.Lines($"write 0x{Unit + 0x3c:x} 8 0x0102030405060708").Get(Reg.Fedata, Reg.Feaddr)
            .Fill(Unit + 0x3c, 4, 0x11).Get(Reg.Fedata).Fill(Unit + 0x3c, 3, 0x22).Get(Reg.Fedata)),
        Case.Of("every command bit alone", "", s => s.Each(Enumerable.Range(0, 32), bit => s.Command(1u << bit)).Command(0xff800000).Command(0).Command(0xc7000000)
            .Command(0x007fffff)),
        Case.Of("command as a 64-bit store", "", s => s.SetQ(Reg.Gcmd, 0x1122334480000000).Get(Reg.Gcmd, Reg.Gsts).Registers()),
        Case.Of("commands without interrupt remapping", "intremap=off", s => s.Each((uint[])[0x02000000u, 0x01000000u, 0x03000000u, 0x00800000u, 0u], command => s.Command(command))),
        Case.Of("commands without DMA translation", "dma-translation=off", s => s.Each((uint[])[0x80000000u, 0xc0000000u, 0x84000000u, 0u], command => s.Command(command))),
        Case.Of("status cannot be written", "", s => s.Set(Reg.Gsts, 0xffffffff).Get(Reg.Gsts).Command(0x40000000).Set(Reg.Gsts, 0).Get(Reg.Gsts)),
        Case.Of("IOTLB register requests", "", s => s.Each(IotlbRequests, request => s.SetQ(Reg.Iva, 0x10200003).SetQ(Reg.Iotlb, request).GetQ(Reg.Iotlb, Reg.Iva))),
        Case.Of("IOTLB register, mask too large", "", s => s.Each((ulong[])[18ul, 19, 63], mask => s.SetQ(Reg.Iva, 0x10200000 | mask).SetQ(Reg.Iotlb, 0xb003000500000000).GetQ(Reg.Iotlb))),
        Case.Of("IOTLB register by halves", "", s => s.Write('l', Unit + 0xf8, 0x80000000).GetQ(Reg.Iotlb).Set(Reg.IotlbTop, 0x90000000).GetQ(Reg.Iotlb)
            .Write('l', Unit + 0xf8, 0xffffffff).GetQ(Reg.Iotlb).Set(Reg.IotlbTop, 0x30000005).GetQ(Reg.Iotlb)),
        Case.Of("context register requests", "", s => s.Each(ContextRequests, request => s.SetQ(Reg.Ccmd, request).GetQ(Reg.Ccmd))),
        Case.Of("context register by halves", "", s => s.Write('l', Unit + 0x28, 0x80000007).GetQ(Reg.Ccmd).Set(Reg.CcmdTop, 0xa0000000).GetQ(Reg.Ccmd)
            .Set(Reg.CcmdTop, 0x60000000).GetQ(Reg.Ccmd)),
        Case.Of("register requests while the queue is on stay pending", "", s => s.Queue().SetQ(Reg.Iotlb, 0x9000000000000000).GetQ(Reg.Iotlb)
            .SetQ(Reg.Ccmd, 0xa000000000000000).GetQ(Reg.Ccmd).SetQ(Reg.Iotlb, 0).SetQ(Reg.Ccmd, 0).GetQ(Reg.Iotlb, Reg.Ccmd)
            .Submit(0, 0x200000025, Status).Command(0).SetQ(Reg.Iotlb, 0x9000000000000000).GetQ(Reg.Iotlb)),
        Case.Of("a pending register request survives turning the queue off", "", s => s.Queue().SetQ(Reg.Iotlb, 0x9000000000000000)
            .Submit(0, 0x200000025, Status).Command(0).GetQ(Reg.Iotlb).SetQ(Reg.Iva, 0x1000).GetQ(Reg.Iotlb).SetQ(Reg.Iotlb, 0x9000000000000000).GetQ(Reg.Iotlb)),
        Case.Of("root table address takes effect with the command", "", s => s.SetQ(Reg.Rtaddr, 0xfffffffffffff7ff).GetQ(Reg.Rtaddr).Command(0x40000000).GetQ(Reg.Rtaddr)
            .SetQ(Reg.Rtaddr, 0x1000).GetQ(Reg.Rtaddr).Write('l', Unit + 0x24, 0xffffffff).GetQ(Reg.Rtaddr)),
        Case.Of("interrupt table address masks", "x-scalable-mode=on", s => s.SetQ(Reg.Irta, ulong.MaxValue).GetQ(Reg.Irta).SetQ(Reg.Irta, Irt | 0x80f).GetQ(Reg.Irta).Command(0x01000000)),
        Case.Of("event registers and masks", "", s => s.Each((uint[])[0u, 0x80000000u, 0xc0000000u, 0x40000000u, 0x3fffffffu], value => s
            .Set(Reg.Fectl, value).Get(Reg.Fectl).Set(Reg.Iectl, value).Get(Reg.Iectl)).Set(Reg.Feuaddr, 0xff).Set(Reg.Ieuaddr, 0xff).Registers()),
        Case.Of("status bits cannot be set by writing", "", s => s.Set(Reg.Fsts, 0xffffffff).Set(Reg.Ics, 0xffffffff).SetQ(Reg.FrcdHigh, ulong.MaxValue)
            .SetQ(Reg.FrcdLow, ulong.MaxValue).SetQ(Reg.Iqercd, ulong.MaxValue).SetQ(Reg.Iqh, ulong.MaxValue).Registers()),
        Case.Of("reset by QMP", "", s => s.Registers().Devices().Legacy().Qwords(Tables.Leaf(), 0).Enable().Queue(0x80000000).DmaWrite(A, Iova, 8)
            .Submit(0, 0x15, 0, 0x200000025, Status, 0, 0).Registers().Reset().Registers().Dump(Status, 8)
            .ConfigRead(0, A.DevFn, 4, 'l').ConfigRead(0, A.DevFn, 0x10, 'l').Reset().Registers().Devices().Legacy().Enable().Probe()),
    ];

    private static ulong[] IotlbRequests =>
    [
        0x9000000000000000, 0xa003000500000000, 0xb003000500000000, 0x8000000000000000, 0xf000000000000000, 0xd000000000000000, 0x9600000000000000,
        0x8800000000000000, 0x7fffffffffffffff, 0xffffffffffffffff, 0x3000000000000000, 0,
    ];

    private static ulong[] ContextRequests =>
    [
        0xa000000000000000, 0xc000000000000007, 0xe000000300280007, 0x8000000000000007, 0xe000000000000000, 0x7fffffffffffffff, 0xffffffffffffffff, 0,
    ];

    /// <summary>Offsets at which 32 bits of ones start no invalidation and no command.</summary>
    private static IEnumerable<ulong> Dwords() => Offsets(4, 0x234).Where(offset => offset is not (0x18 or 0x2c or 0xfc));

    private static IEnumerable<ulong> Qwords() => Offsets(8, 0x234).Where(offset => !NoWide.Contains(offset));

    private static IEnumerable<ulong> Offsets(int step, int end) => Enumerable.Range(0, end / step).Select(i => (ulong)(i * step));
}
