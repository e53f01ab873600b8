using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Vtd.Tests.Spec;

/// <summary>Each layout against raw numbers. Two sources stand at each: a transcription error in one of them shows here.</summary>
public sealed class LayoutTests
{
    // Linux intel/iommu.h (root_entry, context_entry); QEMU tests/qtest iommu-intel-test values.
    [Fact]
    public void Root_entry()
    {
        var entry = RootEntry.Legacy(new GuestPhysical(0x10001000));
        Assert.Equal((0x10001001UL, 0UL), (entry.Low, entry.High));
        Assert.True(entry.Present);
        Assert.Equal(0x10001000UL, entry.ContextTable.Value);
        Assert.Equal(0x100000f0UL, RootEntry.AddressIn(new GuestPhysical(0x10000000), bus: 0x0f).Value);
        Assert.False(entry.HasReserved(48));
        Assert.True(new RootEntry(0x10001003, 0).HasReserved(48));
        Assert.True(new RootEntry(0x10001801, 0).HasReserved(48));
        Assert.True(new RootEntry(0x10001001, 1).HasReserved(48));
        Assert.True(new RootEntry(0x0001_0000_0000_0001, 0).HasReserved(48));
        Assert.False(new RootEntry(0x0000_8000_0000_0001, 0).HasReserved(48));
    }

    // Linux intel/iommu.h (context_set_*); Xen vtd/iommu.h (struct context_entry).
    [Fact]
    public void Context_entry()
    {
        var entry = ContextEntry.Legacy(new GuestPhysical(0x10010000), levels: 4, new DomainId(0x1234), TranslationType.PassThrough, faultsDisabled: true);
        Assert.Equal((0x1001000bUL, 0x123402UL), (entry.Low, entry.High));
        Assert.Equal((true, true, TranslationType.PassThrough, 4, 48, (ushort)0x1234),
            (entry.Present, entry.FaultsDisabled, entry.Type, entry.Levels, entry.AddressBits, entry.Domain.Value));
        Assert.Equal((0x10011001UL, 0x1UL), Pair(ContextEntry.Legacy(new GuestPhysical(0x10011000), 3, default)));
        Assert.Equal(0x10001100UL, ContextEntry.AddressIn(new GuestPhysical(0x10001000), devFn: 0x10).Value);
        Assert.False(entry.HasReserved(48));
        foreach (var bit in Enumerable.Range(4, 8)) Assert.True(new ContextEntry(1UL << bit, 0).HasReserved(48));
        Assert.True(new ContextEntry(0, 1UL << 7).HasReserved(48));
        foreach (var bit in Enumerable.Range(24, 40)) Assert.True(new ContextEntry(0, 1UL << bit).HasReserved(48));
        foreach (var bit in Enumerable.Range(3, 4)) Assert.False(new ContextEntry(0, 1UL << bit).HasReserved(48));
        Assert.Throws<ArgumentOutOfRangeException>(() => ContextEntry.Legacy(default, 2, default));

        static (ulong, ulong) Pair(ContextEntry e) => (e.Low, e.High);
    }

    // Linux intel/iommu.h (DMA_PTE_*); Xen vtd/iommu.h (dma_pte).
    [Fact]
    public void Second_level_entry()
    {
        Assert.Equal(0x10011003UL, SecondLevelEntry.Table(new GuestPhysical(0x10011000)).Raw);
        Assert.Equal(0x10100001UL, SecondLevelEntry.Leaf(new GuestPhysical(0x10100000), Permission.Read).Raw);
        Assert.Equal(0x10200083UL, SecondLevelEntry.Leaf(new GuestPhysical(0x10200000), Permission.ReadWrite, level: 2).Raw);
        Assert.Equal(0x40000082UL, SecondLevelEntry.Leaf(new GuestPhysical(0x40000000), Permission.Write, level: 3).Raw);
        Assert.True(new SecondLevelEntry(0x83).IsLeaf(2));
        Assert.False(new SecondLevelEntry(0x3).IsLeaf(2));
        Assert.True(new SecondLevelEntry(0x3).IsLeaf(1));
        Assert.False(new SecondLevelEntry(0x83).IsLeaf(4));
        Assert.Equal(0x0000_7fff_ffff_f000UL, new SecondLevelEntry(0xffff_7fff_ffff_ffff).Address(48).Value);
        Assert.Equal(0x10012408UL, SecondLevelEntry.AddressIn(new GuestPhysical(0x10012000), new Iova(0x10200567), level: 2).Value);
        Assert.Equal(0x10010000UL, SecondLevelEntry.AddressIn(new GuestPhysical(0x10010000), new Iova(0x10200567), level: 4).Value);
    }

    // Linux intel/iommu.h (DMA_CCMD_*); values read back from QEMU 7.2 and 11.1.
    [Fact]
    public void Context_command()
    {
        Assert.Equal(0xa000000000000000UL, Ccmd.InvalidateGlobal().Raw);
        Assert.Equal(0xc000000000000007UL, Ccmd.InvalidateDomain(new DomainId(7)).Raw);
        Assert.Equal(0xe000000300280007UL, Ccmd.InvalidateDevice(new DomainId(7), new SourceId(0x28), 3).Raw);
        Assert.Equal(0x2800000000000000UL, Ccmd.InvalidateGlobal().Complete(1).Raw);
        Assert.Equal(0x4800000000000007UL, Ccmd.InvalidateDomain(new DomainId(7)).Complete(1).Raw);
        var command = new Ccmd(0xf000000200281234);
        Assert.Equal((true, (byte)3, (byte)2, (ushort)0x1234, (ushort)0x28, (byte)2),
            (command.Icc, command.Cirg, command.Caig, command.Domain.Value, command.Source.Value, command.FunctionMask));
    }

    // Xen vtd/iommu.h (DMA_TLB_*); Linux intel/iommu.h (DMA_TLB_*, DMA_TLB_IVA_*).
    [Fact]
    public void Iotlb_register_and_address()
    {
        Assert.Equal(0x10200042UL, Iva.Of(new Iova(0x10200567), 2, leafOnly: true).Raw);
        Assert.Equal(0xb003000500000000UL, IotlbReg.InvalidatePages(new DomainId(5), true, true).Raw);
        Assert.Equal(0x3603000500000000UL, IotlbReg.InvalidatePages(new DomainId(5), true, true).Complete(3).Raw);
        Assert.Equal(0x9000000000000000UL, IotlbReg.InvalidateGlobal(false, false).Raw);
        Assert.Equal(0xa001000500000000UL, IotlbReg.InvalidateDomain(new DomainId(5), drainReads: false, drainWrites: true).Raw);
        Assert.Equal(0xa002000500000000UL, IotlbReg.InvalidateDomain(new DomainId(5), drainReads: true, drainWrites: false).Raw);
        var iva = new Iva(0x10200042);
        Assert.Equal((0x10200000UL, 2, true), (iva.Address.Value, iva.AddressMask, iva.LeafOnly));
        var register = new IotlbReg(0xb603000500000000);
        Assert.Equal((true, (byte)3, (byte)3, true, true, (ushort)5),
            (register.Ivt, register.Iirg, register.Iaig, register.DrainReads, register.DrainWrites, register.Domain.Value));
    }

    // Measured on QEMU 11.1: a write and a read by devfn 0x28; FR at 39:32 also in Xen vtd/iommu.h and Linux dmar.c.
    [Fact]
    public void Fault_record()
    {
        var write = Frcd.Of(new SourceId(0x28), new Iova(0x10201234), FaultReason.WriteDenied, read: false, write: true, addressType: 0);
        Assert.Equal((0x0000000010201000UL, 0x8000000500000028UL), (write.Low, write.High));
        var read = Frcd.Of(new SourceId(0x28), new Iova(0x10201000), FaultReason.ReadDenied, read: true, write: false, addressType: 0);
        Assert.Equal(0xc000000600000028UL, read.High);
        Assert.Equal(0x4000000600000028UL, read.Cleared.High);
        var atomic = Frcd.Of(new SourceId(0x28), default, FaultReason.PagingReserved, read: true, write: true, addressType: 1);
        Assert.Equal(0xd000000c10000028UL, atomic.High);
        Assert.Equal((true, true, (byte)1, FaultReason.PagingReserved, (ushort)0x28),
            (atomic.Pending, atomic.Read, atomic.AddressType, atomic.Reason, atomic.Source.Value));
        Assert.Equal(0x10201000UL, write.Page.Value);
    }

    // Linux dmar.c (queue of one page: 256 descriptors); QEMU VTD_IQA_*.
    [Fact]
    public void Queue_address()
    {
        var register = Iqa.Of(new GuestPhysical(0x11bd000), 0);
        Assert.Equal((0x11bd000UL, 256, 0x1000UL), (register.Raw, register.Length, register.Bytes));
        Assert.Equal((32768, 0x80000UL), (new Iqa(7).Length, new Iqa(7).Bytes));
    }

    // VirtualBox iommu-intel.h; Linux dmar.c reads the same fields.
    [Fact]
    public void Queue_error_record()
    {
        var record = new Iqercd(0x0030002800000004);
        Assert.Equal((QueueErrorInfo.ReservedField, (ushort)0x28, (ushort)0x30),
            (record.QueueError, record.TimeoutSource.Value, record.CompletionSource.Value));
        var built = default(Iqercd).With(QueueErrorInfo.ReservedField).WithTimeout(new SourceId(0x28)).WithCompletion(new SourceId(0x30));
        Assert.Equal(0x0030002800000004UL, built.Raw);
    }

    // Linux intel/iommu.h (DMA_GCMD_*): TE 31, SRTP 30, SFL 29, EAFL 28, WBF 27, QIE 26, IRE 25, SIRTP 24, CFI 23; Xen vtd/iommu.h.
    [Fact]
    public void Global_command_bits()
    {
        Assert.Equal(
            new uint[] { 0x80000000, 0x40000000, 0x20000000, 0x10000000, 0x08000000, 0x04000000, 0x02000000, 0x01000000, 0x00800000 },
            new[]
            {
                Gcmd.Translation, Gcmd.SetRootTable, Gcmd.SetFaultLog, Gcmd.AdvancedFaultLog, Gcmd.WriteBufferFlush, Gcmd.QueuedInvalidation,
                Gcmd.InterruptRemapping, Gcmd.SetInterruptTable, Gcmd.CompatibilityInterrupts,
            }.Select(bit => (uint)bit));
        Assert.Equal(0x96ffffffU, (uint)Gcmd.Levels);
        Assert.Equal(0x71U, (uint)Fsts.Clearable);
    }
}
