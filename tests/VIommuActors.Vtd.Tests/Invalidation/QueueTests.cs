using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Invalidation;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Tests.Invalidation;

/// <summary>Queue mechanics with a host that completes at once: the rules that QEMU 11.1 was measured on, and the specification's where it differs.</summary>
public sealed class QueueTests
{
    private static readonly InvalidationDescriptor Global = InvalidationDescriptor.IotlbGlobal();
    private static readonly InvalidationDescriptor Bad = new(0xf, 0);

    private static InvalidationDescriptor Wait(uint data, ulong address = Bench.Status) =>
        InvalidationDescriptor.Wait(new GuestPhysical(address), data);

    [Fact]
    public void A_status_is_in_memory_when_the_tail_write_returns()
    {
        var bench = new Bench().WithQueue();
        bench.Submit(Global, Wait(2));
        Assert.Equal(2U, bench.Ram.Read32(new GuestPhysical(Bench.Status)));
        Assert.Equal((0x20UL, 0x20UL), (bench.R8(0x80), bench.R8(0x88)));
        Assert.Equal([(Bench.Status, 2U)], bench.Statuses);
    }

    [Fact]
    public void Queued_flushes_reach_the_caches_and_the_host()
    {
        var bench = new Bench().WithTables(did: 5).Enabled().WithQueue();
        bench.Write();
        bench.Store(Bench.L1, 0);
        bench.Flushes.Clear();
        bench.Submit(InvalidationDescriptor.IotlbPage(new DomainId(6), new Iova(0x10200000), 0));
        Assert.True(bench.Write().Ok);
        bench.Submit(InvalidationDescriptor.IotlbPage(new DomainId(5), new Iova(0x10203000), 2, leafOnly: true, drainReads: false));
        Assert.Equal(FaultReason.WriteDenied, bench.Write().Fault);
        var flush = bench.Flushes[^1];
        Assert.Equal(
            (InvalidationCommand.QueuedIotlb, Granularity.Page, new DomainId(5), 0x10200000UL, 4UL, false, true),
            (flush.Command, flush.Granularity, flush.Domain, flush.Address.Value, flush.Pages, flush.DrainReads, flush.DrainWrites));
        bench.Store(Bench.ContextOf(Bench.Device), 0);
        bench.Submit(InvalidationDescriptor.ContextDevice(new DomainId(5), Bench.Device));
        Assert.Equal(FaultReason.ContextNotPresent, bench.Write().Fault);
        Assert.Equal((InvalidationCommand.QueuedContext, Granularity.Device, Bench.Device), (bench.Flushes[^1].Command, bench.Flushes[^1].Granularity, bench.Flushes[^1].Source));
    }

    [Fact]
    public void A_32_bit_tail_write_runs_the_queue_and_the_high_half_does_nothing()
    {
        var bench = new Bench().WithQueue();
        bench.Store(Bench.Queue, Global.Low);
        bench.W4(0x8c, 0xffffffff);
        Assert.Equal((0UL, 0UL), (bench.R8(0x80), bench.R8(0x88)));
        bench.W8(0x88, 0xffffffff_00000010);
        Assert.Equal((0x10UL, 0x10UL), (bench.R8(0x80), bench.R8(0x88)));
    }

    [Fact]
    public void A_tail_that_is_there_before_the_queue_runs_when_it_is_switched_on()
    {
        var bench = new Bench();
        bench.Store(Bench.Queue, Wait(2).Low);
        bench.Store(Bench.Queue + 8, Wait(2).High);
        bench.W8(0x90, Bench.Queue);
        bench.W4(0x88, 0x10);
        Assert.Empty(bench.Statuses);
        bench.W4(0x18, 0x04000000);
        Assert.Single(bench.Statuses);
    }

    [Fact]
    public void The_head_wraps_at_the_end_of_the_queue()
    {
        var bench = new Bench().WithQueue();
        for (var i = 0; i < 300; i++) bench.Submit(Global);
        Assert.Equal(300UL * 16 % 4096, bench.R8(0x80));
        Assert.Equal(300, bench.Fetched.Count);
    }

    [Fact]
    public void A_larger_queue_uses_all_of_its_pages()
    {
        var bench = new Bench();
        bench.W8(0x90, Bench.Queue | 1);
        bench.W4(0x18, 0x04000000);
        for (ulong at = 0; at < 0x1ff0; at += 16) bench.Store(Bench.Queue + at, Global.Low);
        bench.W4(0x88, 0x1ff0);
        Assert.Equal((0x1ff0UL, 511), (bench.R8(0x80), bench.Fetched.Count));
        bench.W4(0x88, 0x2000);
        Assert.Equal(0x10U, bench.R4(0x34));
    }

    [Fact]
    public void A_tail_beyond_the_queue_is_an_error_that_a_good_tail_ends()
    {
        var bench = new Bench().WithQueue();
        bench.Store(Bench.Queue, Global.Low);
        bench.W4(0x88, 0x1000);
        Assert.Equal((0x10U, 1UL), (bench.R4(0x34), bench.R8(0xb0)));
        bench.W4(0x34, 0x10);
        Assert.Equal((0U, 0UL), (bench.R4(0x34), bench.R8(0xb0)));
        bench.W4(0x88, 0x10);
        Assert.Equal((0U, 0x10UL), (bench.R4(0x34), bench.R8(0x80)));
    }

    [Fact]
    public void Nothing_is_fetched_while_the_error_stands_and_clearing_it_restarts()
    {
        var bench = new Bench().WithQueue();
        bench.Submit(Global, Bad, Wait(2));
        Assert.Equal((0x10UL, 0x10U), (bench.R8(0x80), bench.R4(0x34)));
        bench.Submit(Wait(3));
        Assert.Equal((0x10UL, 0x40UL), (bench.R8(0x80), bench.R8(0x88)));
        bench.Store(Bench.Queue + 0x10, Global.Low);
        bench.W4(0x34, 0x10);
        Assert.Equal((0x40UL, 0U, 0x80000000U), (bench.R8(0x80), bench.R4(0x34), bench.R4(0x38)));
        Assert.Equal([2U, 3U], bench.Statuses.Select(status => status.Data));
    }

    [Fact]
    public void Clearing_the_error_with_the_descriptor_still_bad_raises_it_again()
    {
        var bench = new Bench().WithQueue();
        bench.Submit(Bad);
        bench.W4(0x34, 0x10);
        Assert.Equal((0UL, 0x10U), (bench.R8(0x80), bench.R4(0x34)));
    }

    [Fact]
    public void A_restart_needs_a_tail_write_with_quirks()
    {
        var bench = new Bench(new VtdOptions { Quirks = QemuRelease.Qemu11 }).WithQueue();
        bench.Submit(Bad);
        bench.Store(Bench.Queue, Global.Low);
        bench.W4(0x34, 0x10);
        Assert.Equal((0UL, 0U), (bench.R8(0x80), bench.R4(0x34)));
        bench.W4(0x88, 0x10);
        Assert.Equal(0x10UL, bench.R8(0x80));
    }

    [Fact]
    public void A_completion_interrupt_coalesces_until_software_clears_iwc()
    {
        var wait = InvalidationDescriptor.Wait(default, 0, statusWrite: false, interrupt: true);
        var bench = new Bench().WithQueue();
        bench.Submit(wait);
        Assert.Equal((1U, 0xc0000000U), (bench.R4(0x9c), bench.R4(0xa0)));
        bench.Submit(wait);
        Assert.Equal((1U, 0xc0000000U), (bench.R4(0x9c), bench.R4(0xa0)));
        bench.W4(0x9c, 1);
        Assert.Equal((0U, 0x80000000U), (bench.R4(0x9c), bench.R4(0xa0)));
        Assert.Empty(bench.Messages);
        bench.W4(0xa4, 0x12345);
        bench.W4(0xa8, 0xfee02000);
        bench.W4(0xa0, 0);
        bench.Submit(wait, wait);
        Assert.Equal([(0xfee02000UL, 0x12345U)], bench.Messages);
        Assert.Equal((1U, 0U), (bench.R4(0x9c), bench.R4(0xa0)));
    }

    [Fact]
    public void The_queue_switches_off_when_it_is_empty()
    {
        var bench = new Bench().WithQueue();
        bench.Submit(Global);
        bench.W4(0x18, 0);
        Assert.Equal((0U, 0UL, 0x10UL), (bench.R4(0x1c), bench.R8(0x80), bench.R8(0x88)));
    }

    [Fact]
    public void It_switches_off_only_behind_a_wait_with_quirks()
    {
        var bench = new Bench(new VtdOptions { Quirks = QemuRelease.Qemu11 }).WithQueue();
        bench.W4(0x18, 0);
        Assert.Equal(0x04000000U, bench.R4(0x1c));
        bench.Submit(Wait(2), Global);
        bench.W4(0x18, 0);
        Assert.Equal(0x04000000U, bench.R4(0x1c));
        bench.Submit(Wait(2));
        Assert.Equal(0x04000000U, bench.R4(0x1c)); // the refused request is forgotten
        bench.W4(0x18, 0);
        Assert.Equal((0U, 0UL), (bench.R4(0x1c), bench.R8(0x80)));
    }

    [Fact]
    public void An_address_written_while_the_queue_is_on_counts_from_the_next_time()
    {
        var bench = new Bench().WithQueue();
        bench.W8(0x90, Bench.Hole);
        bench.Submit(Wait(2));
        Assert.Single(bench.Statuses);
        Assert.Equal(Bench.Hole, bench.R8(0x90));
    }
}
