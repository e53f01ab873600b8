using VIommuActors.Vtd.Invalidation;

namespace VIommuActors.Vtd.Tests.Registers;

/// <summary>GCMD and GSTS. Numbers: QEMU 7.2 and 11.1 over qtest; the software protocol is that of Linux and Xen.</summary>
public sealed class GlobalCommandTests
{
    [Fact]
    public void The_start_up_sequence_of_a_driver_sees_each_status_in_turn()
    {
        var bench = new Bench();
        bench.W8(0x20, Bench.Root);
        foreach (var (bit, status) in new[]
        {
            (0x04000000U, 0x04000000U), // QIE
            (0x01000000U, 0x05000000U), // SIRTP
            (0x02000000U, 0x07000000U), // IRE
            (0x40000000U, 0x47000000U), // SRTP
            (0x80000000U, 0xc7000000U), // TE
        })
        {
            bench.W4(0x18, (bench.R4(0x1c) & 0x96ffffff) | bit);
            Assert.Equal(status, bench.R4(0x1c));
        }

        Assert.Equal(0U, bench.R4(0x18));
    }

    [Fact]
    public void A_level_bit_written_as_zero_is_switched_off()
    {
        var bench = new Bench().Enabled();
        Assert.Equal(0xc0000000U, bench.R4(0x1c));
        bench.W4(0x18, 0x40000000);
        Assert.Equal(0x40000000U, bench.R4(0x1c));
    }

    [Theory]
    [InlineData(0x08000000U)] // WBF
    [InlineData(0x20000000U)] // SFL
    [InlineData(0x10000000U)] // EAFL
    public void Commands_that_are_not_offered_have_no_status(uint bit)
    {
        var bench = new Bench();
        bench.W4(0x18, bit);
        Assert.Equal(0U, bench.R4(0x1c));
    }

    [Fact]
    public void A_root_address_has_no_effect_before_it_is_latched()
    {
        var bench = new Bench().WithTables().Enabled();
        bench.W8(0x20, 0x11000000); // an empty table
        bench.W4(0x28 + 4, 0xa0000000);
        bench.W4(0xf8 + 4, 0x90000000);
        Assert.True(bench.Write().Ok);
        bench.W4(0x18, 0xc0000000);
        Assert.Equal(Vtd.Faults.FaultReason.RootNotPresent, bench.Write().Fault);
    }

    [Fact]
    public void Translation_and_root_changes_drop_the_caches_and_are_announced()
    {
        var bench = new Bench().WithTables().Enabled();
        Assert.Equal(
            new[] { InvalidationCommand.RootTablePointer, InvalidationCommand.TranslationEnable },
            bench.Flushes.Select(flush => flush.Command));
        Assert.All(bench.Flushes, flush => Assert.Equal((Granularity.Global, 1UL << 52, true, true), (flush.Granularity, flush.Pages, flush.DrainReads, flush.DrainWrites)));
        bench.Write();
        Assert.Equal(1, bench.Unit.Counters.Entries);
        bench.W4(0x18, 0xc0000000);
        Assert.Equal(0, bench.Unit.Counters.Entries);
        bench.Write();
        bench.W4(0x18, 0);
        Assert.Equal(0, bench.Unit.Counters.Entries);
    }

    [Fact]
    public void Switching_off_is_reported_only_after_requests_in_flight()
    {
        var bench = new Bench().WithTables().Enabled();
        bench.Answer = _ => false;
        bench.W4(0x18, 0);
        Assert.Equal(0xc0000000U, bench.R4(0x1c));
        Assert.True(bench.Unit.HasPending);
        Assert.Equal(0x999000UL, bench.Write(0x999000).Address.Value); // new requests use the new setting
        bench.W4(0x18, 0x80000000);                                   // ignored: the change is under way
        Assert.Equal(3, bench.Flushes.Count);
        Assert.True(bench.Unit.Complete(bench.Flushes[2].Id));
        Assert.Equal(0x40000000U, bench.R4(0x1c));
        Assert.False(bench.Unit.Complete(bench.Flushes[2].Id));
        Assert.False(bench.Unit.HasPending);
    }

    [Fact]
    public void Root_pointer_status_clears_at_once_and_returns_with_completion()
    {
        var bench = new Bench().WithTables();
        bench.W8(0x20, Bench.Root);
        bench.W4(0x18, 0x40000000);
        Assert.Equal(0x40000000U, bench.R4(0x1c));
        bench.Answer = _ => false;
        bench.W4(0x18, 0x40000000);
        Assert.Equal(0U, bench.R4(0x1c));
        Assert.True(bench.Unit.Complete(bench.Flushes[^1].Id));
        Assert.Equal(0x40000000U, bench.R4(0x1c));
    }

    [Fact]
    public void A_host_that_calls_back_from_a_callback_is_told_so()
    {
        var bench = new Bench();
        bench.OnFlushed = () => bench.Unit.Complete(bench.Flushes[^1].Id);
        Assert.Throws<InvalidOperationException>(() => bench.W4(0xfc, 0x90000000));
    }
}
