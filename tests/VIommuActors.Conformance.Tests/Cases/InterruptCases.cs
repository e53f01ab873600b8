using static VIommuActors.Conformance.Tests.Cases.Board;
using static VIommuActors.Conformance.Tests.Cases.Tables;

namespace VIommuActors.Conformance.Tests.Cases;

/// <summary>Interrupts of edu: INTx lines, MSI into memory, through translation and through interrupt remapping.</summary>
/// <remarks>
/// Vectors and entries ask for fixed delivery only: the machine's one CPU is halted for good with interrupts off, and an NMI, INIT or SMI would wake it.
/// QEMU 7.2 records no fault of interrupt remapping; what reaches the APIC is not visible to a qtest client in either program.
/// </remarks>
public static class InterruptCases
{
    private static readonly (string Name, ulong Low, ulong High)[] Entries =
    [
        ("empty", 0, 0), ("good", 0x310001, 0), ("not present, FPD", 0x310002, 0), ("reserved bit 12", 0x311001, 0), ("reserved bit 24", 0x1310001, 0), ("reserved high bit 20", 0x310001, 1 << 20),
        ("destination bits", 0xffffffff00310001, 0), ("source id equal", 0x310001, (1 << 18) | 0x28), ("source id other", 0x310001, (1 << 18) | 0x29), ("source id other, FPD", 0x310003, (1 << 18) | 0x29),
        ("source id without a function bit", 0x310001, (1 << 18) | (1 << 16) | 0x2c), ("source id without functions", 0x310001, (1 << 18) | (3 << 16) | 0x2f),
        ("bus range", 0x310001, (2 << 18) | 5), ("bus range that excludes it", 0x310001, (2 << 18) | 0x0105), ("reserved source check", 0x310001, 3 << 18), ("posted", 0x318001, 0), ("level", 0x310011, 0),
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<Case> All =>
    [
        Case.Of("INTx lines", "", s => s.Lines("irq_intercept_in ioapic").Edu(A).Edu(B).Interrupt(A).Interrupt(B).Write('l', A.Bar + 0x60, 3).Write('l', B.Bar + 0x60, 1).Write('l', A.Bar + 0x64, 1)
            .Write('l', A.Bar + 0x64, 2).Write('l', B.Bar + 0x64, 1).ConfigRead(0, A.DevFn, 4, 'l')),
        Case.Of("INTx disabled in the command register", "", s => s.Lines("irq_intercept_in ioapic").Edu(A).ConfigWrite(0, A.DevFn, 4, 'w', 0x406).Interrupt(A).Write('l', A.Bar + 0x60, 1)
            .ConfigRead(0, A.DevFn, 4, 'l').ConfigWrite(0, A.DevFn, 4, 'w', 6).ConfigWrite(0, A.DevFn, 4, 'w', 0x406).ConfigRead(0, A.DevFn, 4, 'l')),
        Case.Of("INTx of a finished DMA", "", s => s.Lines("irq_intercept_in ioapic").Edu(A).Dma(A, Scratch, EduBuffer, 64, 5).Read('l', A.Bar + 0x24).Write('l', A.Bar + 0x64, 0x100).Read('l', A.Bar + 0x24)),
        Case.Of("intercepts: refused and repeated", "", s => s.Lines("irq_intercept_in nowhere", "irq_intercept_in ioapic", "irq_intercept_in ioapic", "irq_intercept_out ioapic")),
        Case.Of("MSI capability registers", "", s => s.Each(Enumerable.Range(0x10, 6), dword => s.ConfigRead(0, A.DevFn, dword * 4, 'l')).Each((int[])[0x42, 0x44, 0x48, 0x4c, 0x40, 0x50],
            offset => s.ConfigWrite(0, A.DevFn, offset, 'w', 0xffff).ConfigRead(0, A.DevFn, offset, 'w').ConfigRead(0, A.DevFn, offset & ~3, 'l'))
            .ConfigWrite(0, A.DevFn, 0x44, 'l', 0xffffffff).ConfigRead(0, A.DevFn, 0x44, 'l').ConfigWrite(0, A.DevFn, 0x48, 'l', 0xffffffff).ConfigRead(0, A.DevFn, 0x48, 'l')),
        Case.Of("MSI to memory", "", s => s.Edu(A).Fill(Scratch, 16, 0).Msi(A, Scratch + 4, 0x1234).Interrupt(A).Dump(Scratch, 16).Msi(A, Scratch + 8, 0xffff).Interrupt(A).Dump(Scratch, 16)),
        Case.Of("MSI instead of INTx", "", s => s.Lines("irq_intercept_in ioapic").Edu(A).Fill(Scratch, 16, 0).Msi(A, Scratch, 0x31).Interrupt(A).Dump(Scratch, 8).ConfigWrite(0, A.DevFn, 0x42, 'w', 0x80).Interrupt(A).Dump(Scratch, 8)),
        Case.Of("MSI while bus mastering is off", "", s => s.Edu(A).Fill(Scratch, 16, 0).Msi(A, Scratch, 0x31).ConfigWrite(0, A.DevFn, 4, 'w', 2).Interrupt(A).Dump(Scratch, 8)),
        Case.Of("MSI raised twice without acknowledgement", "", s => s.Edu(A).Fill(Scratch, 16, 0).Msi(A, Scratch, 0x31).Write('l', A.Bar + 0x60, 1).Dump(Scratch, 8).Fill(Scratch, 16, 0).Write('l', A.Bar + 0x60, 1).Dump(Scratch, 8)
            .Write('l', A.Bar + 0x60, 2).Dump(Scratch, 8)),
        Case.Of("MSI of a finished DMA", "", s => s.Edu(A).Fill(Scratch + 0x1000, 16, 0).Msi(A, Scratch + 0x1000, 0x42).Dma(A, Scratch, EduBuffer, 64, 5).Dump(Scratch + 0x1000, 8).Read('l', A.Bar + 0x24)),
        Case.Of("MSI to memory is translated", "", s => s.Devices().Legacy().Enable().Msi(A, Iova + 0x100, 0x1234).Interrupt(A).Dump(Target + 0x100, 16).Fault().Remap().Interrupt(A).Dump(Target + 0x100, 8).Dump(Other + 0x100, 8)
            .Flush().Interrupt(A).Dump(Other + 0x100, 8).Msi(A, Iova + 0x9000, 0x1234).Interrupt(A).TakeFault()),
        Case.Of("MSI to a page without write permission", "", s => s.Devices().Legacy().Qwords(Leaf(), Target | 1).Enable().Msi(A, Iova, 0x1234).Interrupt(A).Dump(Target, 8).TakeFault()),
        Case.Of("MSI to the APIC is not translated", "", s => s.Devices().Legacy().Qwords(Root, 0).Enable().Msi(A, 0xfee00000, 0x31).Interrupt(A).Fault()),
        Case.Of("remapping handshakes", "x-scalable-mode=on", s => s.SetQ(Reg.Irta, Irt | 3).GetQ(Reg.Irta).Each((uint[])[0x01000000u, 0x03000000u, 0x02000000u, 0x02800000u, 0u, 0x02000000u, 0x01000000u], command => s.Command(command).GetQ(Reg.Irta))),
        .. from option in (string[])["", "intremap=off", "eim=on,x-buggy-eim=on"]
           select Case.Of($"remappable messages by entry: {option}", option, s => s.Devices().Fill(Irt, 0x1000, 0).SetQ(Reg.Irta, Irt | 3).Command(0x01000000).Command(0x02000000).Msi(A, 0xfee00010, 0)
               .Each(Entries, entry => s.Qwords(Irt, entry.Low, entry.High).Interrupt(A).Fault())),
        Case.Of("remappable messages by index", "", s => s.Devices().Fill(Irt, 0x1000, 0).Qwords(Irt + 16, 0x310001, 0).SetQ(Reg.Irta, Irt).Command(0x01000000).Command(0x02000000)
            .Each((ulong[])[0xfee00010ul, 0xfee00030, 0xfee00050, 0xfeeffff0, 0xfee00014, 0xfee00018, 0xfee00000], address => s.Msi(A, address, 1).Interrupt(A).Fault())),
        Case.Of("remapping table where no memory is", "", s => s.Devices().SetQ(Reg.Irta, Hole | 3).Command(0x01000000).Command(0x02000000).Msi(A, 0xfee00010, 0).Interrupt(A).Fault().Msi(B, Scratch, 7).Interrupt(B).Dump(Scratch, 8)),
        Case.Of("remapping on without a table", "", s => s.Devices().Command(0x02000000).Msi(A, 0xfee00010, 0).Interrupt(A).Fault().Msi(A, 0xfee00000, 0x31).Interrupt(A).Fault().Command(0)),
        Case.Of("entries changed with and without invalidation", "", s => s.Devices().Fill(Irt, 0x1000, 0).Qwords(Irt, 0x310001, 0).SetQ(Reg.Irta, Irt | 3).Command(0x01000000).Command(0x02000000).Queue(0x02000000).Msi(A, 0xfee00010, 0)
            .Interrupt(A).Fault().Qwords(Irt, 0, 0).Interrupt(A).Fault().Submit(0, 0x14, 0, 4, 0).Interrupt(A).Fault()),
        Case.Of("a fault event's own message is not remapped visibly", "", s => s.Devices().Legacy().Qwords(Leaf(), 0).Fill(Irt, 0x1000, 0).SetQ(Reg.Irta, Irt | 3).Command(0x01000000).Command(0x02000000).SetQ(Reg.Rtaddr, Root)
            .Command(0x42000000).Command(0x82000000).Set(Reg.Fedata, 0).Set(Reg.Feaddr, 0xfee00010).Set(Reg.Fectl, 0).DmaWrite(A, Iova, 8).TakeFault()),
    ];
}
