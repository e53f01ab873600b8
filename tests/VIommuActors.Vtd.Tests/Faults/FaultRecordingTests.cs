using VIommuActors.Vtd.Faults;

namespace VIommuActors.Vtd.Tests.Faults;

/// <summary>One fault record: the sequence measured on QEMU 11.1, and the event that goes with it.</summary>
public sealed class FaultRecordingTests
{
    private static readonly SourceId A = new(0x28), B = new(0x30), C = new(0x38);

    [Fact]
    public void The_measured_sequence()
    {
        var bench = Faulting();
        Fault(bench, A);
        Assert.Equal((2U, 0xc0000000U), (bench.R4(0x34), bench.R4(0x38)));
        Fault(bench, A, 0x555000);
        Assert.Equal((2U, 0x10201000UL), (bench.R4(0x34), bench.R8(0x220))); // collapsed into the record that stands
        Fault(bench, B);
        Assert.Equal(3U, bench.R4(0x34));
        bench.W4(0x34, 1);
        Assert.Equal(2U, bench.R4(0x34));
        Fault(bench, B);
        Assert.Equal(3U, bench.R4(0x34));
        bench.W4(0x22c, 0x80000000);
        Assert.Equal((1U, 0xc0000000U), (bench.R4(0x34), bench.R4(0x38)));
        Assert.Equal(0x0000000500000028UL, bench.R8(0x228));                 // only F is gone
        Fault(bench, C);
        Assert.Equal((1U, 0x0000000500000028UL), (bench.R4(0x34), bench.R8(0x228)));
        bench.W4(0x34, 1);
        Assert.Equal((0U, 0x80000000U), (bench.R4(0x34), bench.R4(0x38)));
        Fault(bench, C);
        Assert.Equal((2U, 0x8000000500000038UL), (bench.R4(0x34), bench.R8(0x228)));
    }

    [Fact]
    public void Pending_and_record_fields_cannot_be_written()
    {
        var bench = Faulting();
        Fault(bench, A);
        bench.W4(0x34, 2);
        bench.W8(0x220, ulong.MaxValue);
        bench.W8(0x228, 0x7fffffff_ffffffff);
        Assert.Equal((2U, 0x10201000UL, 0x8000000500000028UL), (bench.R4(0x34), bench.R8(0x220), bench.R8(0x228)));
    }

    [Fact]
    public void Clearing_te_clears_neither_status_nor_record()
    {
        var bench = Faulting();
        Fault(bench, A);
        bench.W4(0x18, 0);
        Assert.Equal((2U, 0x8000000500000028UL), (bench.R4(0x34), bench.R8(0x228)));
    }

    [Fact]
    public void An_8_byte_write_to_the_record_clears_f()
    {
        var bench = Faulting();
        Fault(bench, A);
        bench.W8(0x228, 0x8000000000000000);
        Assert.Equal(0U, bench.R4(0x34));
    }

    [Fact]
    public void An_unmasked_event_sends_one_message_until_it_is_serviced()
    {
        var bench = Faulting();
        bench.W4(0x3c, 0x4130);
        bench.W4(0x40, 0xfee0100c);
        bench.W4(0x38, 0);
        Fault(bench, A);
        Fault(bench, B);
        Assert.Equal([(0xfee0100cUL, 0x4130U)], bench.Messages);
        Assert.Equal(0U, bench.R4(0x38));
        bench.W4(0x22c, 0x80000000);
        bench.W4(0x34, 1);
        Fault(bench, B);
        Assert.Equal(2, bench.Messages.Count);
    }

    [Fact]
    public void Unmasking_a_pending_event_sends_it_at_once()
    {
        var bench = Faulting();
        bench.W4(0x40, 0xfee0100c);
        Fault(bench, A);
        Assert.Empty(bench.Messages);
        bench.W4(0x38, 0x80000000);
        Assert.Equal(0xc0000000U, bench.R4(0x38));
        bench.W4(0x38, 0);
        Assert.Equal([(0xfee0100cUL, 0U)], bench.Messages);
        Assert.Equal(0U, bench.R4(0x38));
        bench.W4(0x38, 0x40000000); // IP cannot be written
        Assert.Equal(0U, bench.R4(0x38));
        Assert.Single(bench.Messages);
    }

    [Fact]
    public void A_serviced_event_is_not_sent_when_it_is_unmasked()
    {
        var bench = Faulting();
        Fault(bench, A);
        bench.W4(0x22c, 0x80000000);
        bench.W4(0x38, 0);
        Assert.Empty(bench.Messages);
    }

    private static Bench Faulting()
    {
        var bench = new Bench().WithTables(A).WithTables(B).WithTables(C).Enabled();
        Assert.Equal(0x80000000U, bench.R4(0x38));
        return bench;
    }

    private static void Fault(Bench bench, SourceId source, ulong iova = 0x10201000) =>
        Assert.NotEqual(FaultReason.None, bench.Write(iova, source).Fault);
}
