using CsCheck;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Tests.Spec;

/// <summary>Descriptor encodings as Linux intel/iommu.h (QI_*) and QEMU (VTD_INV_DESC_*) have them, as raw numbers.</summary>
public sealed class DescriptorTests
{
    private static readonly DomainId Five = new(5);
    private static readonly SourceId Device = new(0x28);
    private static readonly Iova Address = new(0x10200000);

    [Fact]
    public void Context_descriptors()
    {
        Pinned(InvalidationDescriptor.ContextGlobal(), 0x11, 0);
        Pinned(InvalidationDescriptor.ContextDomain(Five), 0x50021, 0);
        Pinned(InvalidationDescriptor.ContextDevice(Five, Device), 0x0000002800050031, 0);
        Pinned(InvalidationDescriptor.ContextDevice(Five, Device, functionMask: 3), 0x0003002800050031, 0);
    }

    [Fact]
    public void Iotlb_descriptors()
    {
        Pinned(InvalidationDescriptor.IotlbGlobal(), 0xd2, 0);
        Pinned(InvalidationDescriptor.IotlbDomain(Five), 0x500e2, 0);
        Pinned(InvalidationDescriptor.IotlbPage(Five, Address, 2, leafOnly: true), 0x500f2, 0x10200042);
        Pinned(InvalidationDescriptor.IotlbPage(Five, Address, 0, drainReads: false, drainWrites: false), 0x50032, 0x10200000);
        Pinned(InvalidationDescriptor.IotlbGlobal(drainReads: true, drainWrites: false), 0x92, 0);
        Pinned(InvalidationDescriptor.IotlbGlobal(drainReads: false, drainWrites: true), 0x52, 0);
    }

    [Fact]
    public void Device_tlb_descriptors()
    {
        Pinned(InvalidationDescriptor.DeviceTlb(Device, Address, 1, depth: 1), 0x0000002800010003, 0x10200000);
        Pinned(InvalidationDescriptor.DeviceTlb(Device, Address, 4, depth: 1), 0x0000002800010003, 0x10201001);
        Pinned(InvalidationDescriptor.DeviceTlb(Device, Address, InvalidationDescriptor.AllPages, depth: 1), 0x0000002800010003, 0x7ffffffffffff001);
        Pinned(InvalidationDescriptor.DeviceTlb(Device, Address, 2), 0x0000002800000003, 0x10200001);
        Assert.Throws<ArgumentOutOfRangeException>(() => InvalidationDescriptor.DeviceTlb(Device, Address, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => InvalidationDescriptor.DeviceTlb(Device, Address, 1, depth: 33));
    }

    // The size is coded by the lowest zero bit of ADDR: xxx0 8 KiB, xx01 16 KiB, x011 32 KiB, all ones everything (VT-d §6.5.2.5, PCIe ATS).
    [Theory]
    [InlineData(0x10203000UL, 1UL, 0x10203000UL)]
    [InlineData(0x10202001UL, 2UL, 0x10202000UL)]
    [InlineData(0x10201001UL, 4UL, 0x10200000UL)]
    [InlineData(0x10203001UL, 8UL, 0x10200000UL)]
    [InlineData(0x7ffffffffffff001UL, 1UL << 52, 0UL)]
    [InlineData(0xfffffffffffff001UL, 1UL << 52, 0UL)]
    public void Device_tlb_ranges(ulong high, ulong pages, ulong first)
    {
        var descriptor = new InvalidationDescriptor(0x0000002800010003, high);
        Assert.Equal((pages, first), (descriptor.DevicePages, descriptor.DeviceAddress.Value));
    }

    [Fact]
    public void A_device_tlb_range_survives_encoding_and_decoding() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 52]).Sample((address, order) =>
        {
            var pages = 1UL << order;
            var descriptor = InvalidationDescriptor.DeviceTlb(Device, new Iova(address), pages);
            Assert.Equal(pages, descriptor.DevicePages);
            Assert.Equal(order == 52 ? 0 : address & ~((pages << 12) - 1), descriptor.DeviceAddress.Value);
        });

    [Fact]
    public void Interrupt_entry_descriptors()
    {
        Pinned(InvalidationDescriptor.InterruptGlobal(), 0x4, 0);
        Pinned(InvalidationDescriptor.InterruptIndex(7), 0x0000000700000014, 0);
        Pinned(InvalidationDescriptor.InterruptIndex(8, mask: 3), 0x0000000818000014, 0);
    }

    [Fact]
    public void Wait_descriptors()
    {
        Pinned(InvalidationDescriptor.Wait(new GuestPhysical(0x3000004), 2), 0x0000000200000025, 0x3000004);
        Pinned(InvalidationDescriptor.Wait(new GuestPhysical(0x3000004), 1, fence: true), 0x0000000100000065, 0x3000004);
        Pinned(InvalidationDescriptor.Wait(default, 0, statusWrite: false, interrupt: true), 0x15, 0);
    }

    [Fact]
    public void Fields_decode_from_raw_numbers()
    {
        var page = new InvalidationDescriptor(0x500f2, 0x10200042);
        Assert.Equal((DescriptorType.Iotlb, (byte)3, Five, 0x10200000UL, 2, true, true, true),
            (page.Type, page.Granularity, page.Domain, page.Address.Value, page.AddressMask, page.LeafOnly, page.DrainReads, page.DrainWrites));
        var context = new InvalidationDescriptor(0x0002002800050031, 0);
        Assert.Equal((DescriptorType.Context, (byte)3, Five, Device, (byte)2),
            (context.Type, context.Granularity, context.Domain, context.Source, context.FunctionMask));
        var wait = new InvalidationDescriptor(0x0000000200000075, 0x3000004);
        Assert.Equal((DescriptorType.Wait, true, true, true, 2U, 0x3000004UL),
            (wait.Type, wait.Interrupt, wait.StatusWrite, wait.Fence, wait.StatusData, wait.StatusAddress.Value));
        Assert.Equal((DescriptorType)0x71, new InvalidationDescriptor(0xe01, 0).Type);
    }

    private static void Pinned(InvalidationDescriptor descriptor, ulong low, ulong high) => Assert.Equal((low, high), (descriptor.Low, descriptor.High));
}
