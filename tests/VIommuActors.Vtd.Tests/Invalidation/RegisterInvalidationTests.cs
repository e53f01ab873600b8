using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Invalidation;

namespace VIommuActors.Vtd.Tests.Invalidation;

/// <summary>CCMD, IVA and IOTLB. Read-backs: QEMU 7.2 and 11.1 over qtest, queue off.</summary>
public sealed class RegisterInvalidationTests
{
    [Theory]
    [InlineData(0x9000000000000000UL, 0x1200000000000000UL)] // global
    [InlineData(0xa003000500000000UL, 0x2403000500000000UL)] // domain 5, DR, DW
    [InlineData(0x8000000000000000UL, 0x0UL)]                // granularity 0: refused
    public void Iotlb_read_back(ulong written, ulong read)
    {
        var bench = new Bench();
        bench.W8(0xf8, written);
        Assert.Equal(read, bench.R8(0xf8));
    }

    [Theory]
    [InlineData(0x10200003UL, 0xb000000500000000UL, 0x3600000500000000UL)]
    [InlineData(0x10200013UL, 0xb000000500000000UL, 0x3000000500000000UL)] // AM 19 > MAMV
    [InlineData(0x10200042UL, 0xb003000500000000UL, 0x3603000500000000UL)] // IH, DR, DW
    public void Page_selective_read_back(ulong iva, ulong written, ulong read)
    {
        var bench = new Bench();
        bench.W8(0xf0, iva);
        bench.W8(0xf8, written);
        Assert.Equal((read, 0UL), (bench.R8(0xf8), bench.R8(0xf0)));
        Assert.Equal(read >> 57 == 0x18 ? 0 : 1, bench.Flushes.Count);
    }

    [Fact]
    public void Only_the_high_half_starts_a_command()
    {
        var bench = new Bench();
        bench.W4(0xf8, 0x80000000);
        Assert.Equal(0UL, bench.R8(0xf8));
        Assert.Empty(bench.Flushes);
        bench.W4(0xfc, 0x90000000);
        Assert.Equal(0x1200000000000000UL, bench.R8(0xf8));
        bench.W4(0x28, 0x80000007);
        Assert.Single(bench.Flushes);
        bench.W4(0x2c, 0xc0000000);
        Assert.Equal((0x4800000000000007UL, 2), (bench.R8(0x28), bench.Flushes.Count));
    }

    [Theory]
    [InlineData(0xa000000000000000UL, 0x2800000000000000UL, Granularity.Global)]
    [InlineData(0xc000000000000007UL, 0x4800000000000007UL, Granularity.Global)] // performed as global, and says so
    [InlineData(0xe000000000000007UL, 0x7800000000000007UL, Granularity.Device)]
    [InlineData(0xe000000300280007UL, 0x7800000000000007UL, Granularity.Device)] // SID and FM do not read back
    [InlineData(0x8000000000000000UL, 0x0UL, null)]
    public void Context_command_read_back(ulong written, ulong read, Granularity? performed)
    {
        var bench = new Bench();
        bench.W8(0x28, written);
        Assert.Equal(read, bench.R8(0x28));
        Assert.Equal(performed, bench.Flushes.Count == 0 ? null : bench.Flushes[0].Granularity);
    }

    [Fact]
    public void The_host_is_told_what_was_flushed()
    {
        var bench = new Bench();
        bench.W8(0xf0, 0x10203042);
        bench.W8(0xf8, 0xb002000500000000);
        bench.W8(0xf8, 0xa001000600000000);
        bench.W8(0x28, 0xe000000200280007);
        Assert.Equal(
            [
                new(new(1), InvalidationCommand.IotlbRegister, Granularity.Page, new(5), default, 0, new(0x10200000), 4, true, false),
                new(new(2), InvalidationCommand.IotlbRegister, Granularity.Domain, new(6), default, 0, default, 1UL << 52, false, true),
                new(new(3), InvalidationCommand.ContextRegister, Granularity.Device, new(7), new(0x28), 2, default, 1UL << 52, true, true),
            ],
            bench.Flushes);
    }

    [Fact]
    public void Drain_bits_are_ignored_where_the_capability_lacks_them()
    {
        var bench = new Bench(new VtdOptions { Drain = false });
        bench.W8(0xf8, 0x9003000000000000);
        Assert.Equal((false, false), (bench.Flushes[0].DrainReads, bench.Flushes[0].DrainWrites));
        Assert.Equal(0x1203000000000000UL, bench.R8(0xf8));
    }

    [Fact]
    public void Completion_of_an_older_invalidation_does_not_clear_ivt()
    {
        var bench = new Bench { Answer = _ => false };
        bench.W8(0xf8, 0x9000000000000000);
        Assert.True(bench.Unit.Complete(new InvalidationId(1)));
        bench.W8(0xf8, 0xa000000500000000);
        Assert.False(bench.Unit.Complete(new InvalidationId(1)));
        Assert.False(bench.Unit.Complete(new InvalidationId(3)));
        Assert.Equal(0xa000000500000000UL, bench.R8(0xf8) & ~0x0600000000000000UL);
        Assert.True(bench.Unit.Complete(new InvalidationId(2)));
        Assert.Equal(0x2400000500000000UL, bench.R8(0xf8));
    }

    [Fact]
    public void The_own_caches_are_flushed_even_while_the_host_is_pending()
    {
        var bench = new Bench().WithTables().Enabled();
        bench.Write();
        bench.Store(Bench.L1, 0);
        bench.Answer = _ => false;
        bench.W8(0xf8, 0x9000000000000000);
        Assert.Equal(FaultReason.WriteDenied, bench.Write().Fault);
    }

    [Fact]
    public void Commands_written_while_ivt_is_set_are_ignored()
    {
        var bench = new Bench().WithTables(did: 5).Enabled();
        bench.Answer = _ => false;
        bench.W8(0xf0, 0x10000000);
        bench.W8(0xf8, 0xb000000500000000);
        bench.Write();
        bench.W8(0xf0, 0x10200000);
        bench.W8(0xf8, 0x9000000000000000);
        Assert.Equal((3, 1), (bench.Flushes.Count, bench.Unit.Counters.Entries));
        Assert.True(bench.Unit.Complete(bench.Flushes[^1].Id));
        Assert.Equal(0x3600000500000000UL, bench.R8(0xf8));
        bench.Answer = _ => true;
        bench.W8(0xf8, 0xb000000500000000); // IVA still holds what was written first
        Assert.Equal(0x10000000UL, bench.Flushes[^1].Address.Value);
    }

    [Fact]
    public void Context_and_iotlb_commands_are_pending_each_for_itself()
    {
        var bench = new Bench { Answer = _ => false };
        bench.W8(0x28, 0xa000000000000000);
        bench.W8(0xf8, 0x9000000000000000);
        bench.W8(0x28, 0xe000000000000007); // ignored
        Assert.Equal(2, bench.Flushes.Count);
        Assert.True(bench.Unit.Complete(new InvalidationId(2)));
        Assert.Equal((0xa000000000000000UL, 0x1200000000000000UL), (bench.R8(0x28), bench.R8(0xf8)));
        Assert.True(bench.Unit.Complete(new InvalidationId(1)));
        Assert.Equal(0x2800000000000000UL, bench.R8(0x28));
    }

    [Fact]
    public void With_the_queue_on_a_command_is_refused_with_granularity_0()
    {
        var bench = new Bench().WithQueue();
        bench.W8(0xf8, 0x9000000000000000);
        bench.W8(0x28, 0xa000000000000000);
        Assert.Equal((0x1000000000000000UL, 0x2000000000000000UL), (bench.R8(0xf8), bench.R8(0x28)));
        Assert.Empty(bench.Flushes);
    }

    [Fact]
    public void With_the_queue_on_a_command_never_ends_with_quirks()
    {
        var bench = new Bench(new VtdOptions { Quirks = QemuRelease.Qemu11 });
        bench.W8(0xf8, 0x9000000000000000);
        bench.W8(0x28, 0xa000000000000000);
        bench.WithQueue();
        bench.W8(0xf8, 0x9000000000000000);
        bench.W8(0x28, 0xa000000000000000);
        Assert.Equal((0x9200000000000000UL, 0xa800000000000000UL), (bench.R8(0xf8), bench.R8(0x28)));
        bench.W8(0xf8, 0x9000000000000000);
        Assert.Equal(0x9200000000000000UL, bench.R8(0xf8));
        Assert.Equal(2, bench.Flushes.Count);
    }

    [Fact]
    public void Reset_forgets_what_was_pending()
    {
        var bench = new Bench { Answer = _ => false };
        bench.W8(0xf8, 0x9000000000000000);
        bench.Unit.Reset();
        Assert.False(bench.Unit.HasPending);
        Assert.False(bench.Unit.Complete(new InvalidationId(1)));
        bench.W8(0xf8, 0x9000000000000000);
        Assert.Equal(2, bench.Flushes[^1].Id.Value); // ids are never reused
    }
}
