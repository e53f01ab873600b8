using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Tests.Invalidation;

/// <summary>One descriptor on a fresh unit, queue of one page: what QEMU 11.1 accepted and refused, and the error code on top.</summary>
public sealed class QueueAcceptanceTests
{
    [Theory]
    [InlineData("context global", 0x11UL, 0x0UL)]
    [InlineData("context domain", 0x50021UL, 0x0UL)]
    [InlineData("context device", 0x0000002800050031UL, 0x0UL)]
    [InlineData("IOTLB global", 0xd2UL, 0x0UL)]
    [InlineData("IOTLB domain", 0x500e2UL, 0x0UL)]
    [InlineData("IOTLB page, AM 18", 0x500f2UL, 0x10200012UL)]
    [InlineData("IOTLB page, IH", 0x500f2UL, 0x10200042UL)]
    [InlineData("device TLB of an unknown device", 0x0000123400010003UL, 0x10200000UL)]
    [InlineData("IEC global", 0x4UL, 0x0UL)]
    [InlineData("IEC indexed", 0x0000000700000014UL, 0x0UL)]
    [InlineData("wait FN", 0x45UL, 0x0UL)]
    [InlineData("wait SW", 0x0000000200000025UL, 0x3000004UL)]
    [InlineData("wait IF and SW", 0x0000000200000035UL, 0x3000004UL)]
    public void Accepted(string what, ulong low, ulong high)
    {
        var bench = Submit(low, high);
        Assert.True((0x10UL, 0U) == (bench.R8(0x80), bench.R4(0x34)), what);
        Assert.Equal([(low, high)], bench.Fetched);
    }

    [Theory]
    [InlineData("type 0", 0x0UL, 0x0UL, QueueErrorInfo.InvalidType)]
    [InlineData("type A", 0xaUL, 0x0UL, QueueErrorInfo.InvalidType)]
    [InlineData("type F", 0xfUL, 0x0UL, QueueErrorInfo.InvalidType)]
    [InlineData("type extended", 0x211UL, 0x0UL, QueueErrorInfo.InvalidType)]
    [InlineData("type 6", 0x26UL, 0x0UL, QueueErrorInfo.InvalidType)]
    [InlineData("type 7", 0x37UL, 0x0UL, QueueErrorInfo.InvalidType)]
    [InlineData("type 8", 0x8UL, 0x0UL, QueueErrorInfo.InvalidType)]
    [InlineData("type 9", 0x9UL, 0x0UL, QueueErrorInfo.InvalidType)]
    [InlineData("context G=0", 0x1UL, 0x0UL, QueueErrorInfo.ReservedField)]
    [InlineData("context high", 0x11UL, 0x1UL, QueueErrorInfo.ReservedField)]
    [InlineData("context bit 6", 0x51UL, 0x0UL, QueueErrorInfo.ReservedField)]
    [InlineData("context bit 50", 0x0004000000000011UL, 0x0UL, QueueErrorInfo.ReservedField)]
    [InlineData("IOTLB G=0", 0xc2UL, 0x0UL, QueueErrorInfo.ReservedField)]
    [InlineData("IOTLB AM 19", 0x500f2UL, 0x10200013UL, QueueErrorInfo.ReservedField)]
    [InlineData("IOTLB bit 8", 0x1d2UL, 0x0UL, QueueErrorInfo.ReservedField)]
    [InlineData("IOTLB bit 32", 0x1000000d2UL, 0x0UL, QueueErrorInfo.ReservedField)]
    [InlineData("IOTLB high bit 7", 0xd2UL, 0x80UL, QueueErrorInfo.ReservedField)]
    [InlineData("device TLB bit 4", 0x0000002800010013UL, 0x0UL, QueueErrorInfo.ReservedField)]
    [InlineData("device TLB PFSID", 0x0010002800010003UL, 0x0UL, QueueErrorInfo.ReservedField)]
    [InlineData("device TLB high bit 1", 0x0000002800010003UL, 0x2UL, QueueErrorInfo.ReservedField)]
    [InlineData("IEC bit 5", 0x24UL, 0x0UL, QueueErrorInfo.ReservedField)]
    [InlineData("IEC high", 0x4UL, 0x1UL, QueueErrorInfo.ReservedField)]
    [InlineData("wait without flag", 0x5UL, 0x0UL, QueueErrorInfo.ReservedField)]
    [InlineData("wait misaligned", 0x0000000200000025UL, 0x3000005UL, QueueErrorInfo.ReservedField)]
    [InlineData("wait PD", 0x00000002000000a5UL, 0x3000004UL, QueueErrorInfo.ReservedField)]
    [InlineData("wait bit 8", 0x0000000200000125UL, 0x3000004UL, QueueErrorInfo.ReservedField)]
    [InlineData("wait to a hole", 0x0000000200000025UL, 0x40000000UL, QueueErrorInfo.ReservedField)]
    public void Refused(string what, ulong low, ulong high, QueueErrorInfo error)
    {
        var bench = Submit(low, high);
        Assert.True((0UL, 0x10U, 0xc0000000U, (ulong)error) == (bench.R8(0x80), bench.R4(0x34), bench.R4(0x38), bench.R8(0xb0)), what);
        Assert.Empty(bench.Fetched);
        Assert.Empty(bench.Flushes);
        Assert.Empty(bench.Statuses);
    }

    [Fact]
    public void Interrupt_entries_are_refused_without_interrupt_remapping()
    {
        var bench = new Bench(new VtdOptions { InterruptRemapping = false }).WithQueue();
        bench.Submit(InvalidationDescriptor.InterruptGlobal());
        Assert.Equal((0x10U, 3UL), (bench.R4(0x34), bench.R8(0xb0)));
    }

    [Fact]
    public void A_descriptor_in_a_hole_is_a_fetch_error()
    {
        var bench = new Bench();
        bench.W8(0x90, Bench.Hole);
        bench.W4(0x18, 0x04000000);
        bench.W4(0x88, 0x10);
        Assert.Equal((0UL, 0x10U, 2UL), (bench.R8(0x80), bench.R4(0x34), bench.R8(0xb0)));
    }

    [Fact]
    public void The_error_code_is_not_told_with_quirks()
    {
        var bench = new Bench(new VtdOptions { Quirks = QemuRelease.Qemu11 }).WithQueue();
        bench.Submit(new InvalidationDescriptor(0xf, 0));
        Assert.Equal((0x10U, 0UL), (bench.R4(0x34), bench.R8(0xb0)));
    }

    private static Bench Submit(ulong low, ulong high)
    {
        var bench = new Bench().WithQueue();
        bench.Submit(new InvalidationDescriptor(low, high));
        return bench;
    }
}
