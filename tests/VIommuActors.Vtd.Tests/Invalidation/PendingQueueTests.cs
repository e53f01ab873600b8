using CsCheck;
using VIommuActors.Vtd.Invalidation;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Tests.Invalidation;

/// <summary>The queue with a host that takes its time: what waits for what, what may overtake, what a timeout aborts.</summary>
public sealed class PendingQueueTests
{
    private static readonly InvalidationDescriptor Global = InvalidationDescriptor.IotlbGlobal();
    private static readonly InvalidationDescriptor DeviceTlb = InvalidationDescriptor.DeviceTlb(Bench.Device, new Iova(0x10200000), 4);

    private static InvalidationDescriptor Wait(uint data, bool fence = false) =>
        InvalidationDescriptor.Wait(new GuestPhysical(Bench.Status), data, fence: fence);

    private static Bench Slow(VtdOptions? options = null) =>
        new Bench(options ?? new VtdOptions { DeviceTlb = true }) { Answer = _ => false }.WithQueue();

    private static IEnumerable<uint> Done(Bench bench) => bench.Statuses.Select(status => status.Data);

    [Fact]
    public void A_wait_is_over_when_everything_before_it_is()
    {
        var bench = Slow();
        bench.Submit(Global, DeviceTlb, Wait(2));
        Assert.Equal(0x30UL, bench.R8(0x80)); // fetched, not completed
        Assert.True(bench.Unit.Complete(new InvalidationId(2)));
        Assert.Empty(bench.Statuses);
        Assert.True(bench.Unit.Complete(new InvalidationId(1)));
        Assert.Equal([2U], Done(bench));
        Assert.Equal(2U, bench.Ram.Read32(new GuestPhysical(Bench.Status)));
        Assert.False(bench.Unit.Complete(new InvalidationId(1)));
    }

    [Fact]
    public void A_device_tlb_request_reaches_the_host_with_its_range()
    {
        var bench = Slow();
        bench.Submit(DeviceTlb);
        Assert.Equal(
            [new(new(1), InvalidationCommand.QueuedDeviceTlb, Granularity.Range, default, Bench.Device, 0, new(0x10200000), 4, true, true)],
            bench.Flushes);
    }

    [Fact]
    public void Without_device_tlbs_such_a_request_is_accepted_and_ignored()
    {
        var bench = Slow(new VtdOptions());
        bench.Submit(DeviceTlb, Wait(2));
        Assert.Empty(bench.Flushes);
        Assert.Equal([2U], Done(bench));
    }

    [Fact]
    public void Descriptors_behind_a_wait_without_fence_start_at_once()
    {
        var bench = Slow();
        bench.Submit(Global, Wait(2), Global, Wait(3));
        Assert.Equal((0x40UL, 2), (bench.R8(0x80), bench.Flushes.Count));
        bench.Unit.Complete(new InvalidationId(2));
        Assert.Empty(bench.Statuses); // statuses come in the order of the waits
        bench.Unit.Complete(new InvalidationId(1));
        Assert.Equal([2U, 3U], Done(bench));
    }

    [Fact]
    public void Descriptors_behind_a_fence_start_when_it_is_over()
    {
        var bench = Slow();
        bench.Submit(Global, Wait(2, fence: true), Global, Wait(3));
        Assert.Equal((0x20UL, 1), (bench.R8(0x80), bench.Flushes.Count));
        bench.Unit.Complete(new InvalidationId(1));
        Assert.Equal((0x40UL, 2), (bench.R8(0x80), bench.Flushes.Count));
        Assert.Equal([2U], Done(bench));
        bench.Unit.Complete(new InvalidationId(2));
        Assert.Equal([2U, 3U], Done(bench));
    }

    [Fact]
    public void A_timeout_aborts_the_waits_and_stops_the_queue_until_it_is_cleared()
    {
        var bench = Slow();
        bench.Submit(Global, DeviceTlb, Wait(2), Wait(3, fence: true), Wait(4));
        Assert.True(bench.Unit.TimeOut(new InvalidationId(2)));
        Assert.Equal((0x40U, 0x0000002800000000UL, 0xc0000000U), (bench.R4(0x34), bench.R8(0xb0), bench.R4(0x38)));
        bench.Unit.Complete(new InvalidationId(1));
        Assert.Empty(bench.Statuses);
        Assert.Equal(0x40UL, bench.R8(0x80));
        Assert.False(bench.Unit.Complete(new InvalidationId(2)));
        Assert.False(bench.Unit.TimeOut(new InvalidationId(2)));
        bench.W4(0x34, 0x40);
        Assert.Equal([4U], Done(bench));
        Assert.Equal((0U, 0UL, 0x50UL), (bench.R4(0x34), bench.R8(0xb0), bench.R8(0x80)));
    }

    [Fact]
    public void Aborted_waits_raise_no_completion_event()
    {
        var bench = Slow();
        bench.Submit(DeviceTlb, InvalidationDescriptor.Wait(default, 0, statusWrite: false, interrupt: true));
        bench.Unit.TimeOut(new InvalidationId(1));
        bench.W4(0x34, 0x40);
        Assert.Equal((0U, 0x80000000U), (bench.R4(0x9c), bench.R4(0xa0)));
    }

    [Fact]
    public void Other_invalidations_stay_under_way_after_a_timeout()
    {
        var bench = Slow();
        bench.Submit(Global, DeviceTlb);
        bench.Unit.TimeOut(new InvalidationId(2));
        bench.W4(0x34, 0x40);
        bench.Submit(Wait(2));
        Assert.Empty(bench.Statuses); // id 1 is older than the wait
        Assert.True(bench.Unit.Complete(new InvalidationId(1)));
        Assert.Equal([2U], Done(bench));
    }

    [Fact]
    public void Only_device_tlb_requests_time_out()
    {
        var bench = Slow();
        bench.Submit(Global);
        Assert.False(bench.Unit.TimeOut(new InvalidationId(1)));
        Assert.False(bench.Unit.TimeOut(new InvalidationId(9)));
        Assert.Equal(0U, bench.R4(0x34));
    }

    [Fact]
    public void The_first_of_two_timeouts_names_the_device()
    {
        var bench = Slow();
        bench.Submit(DeviceTlb, InvalidationDescriptor.DeviceTlb(Bench.Other, default, 1));
        bench.Unit.TimeOut(new InvalidationId(2));
        bench.Unit.TimeOut(new InvalidationId(1));
        Assert.Equal(0x0000003000000000UL, bench.R8(0xb0));
    }

    [Fact]
    public void An_unexpected_completion_is_reported_and_stops_nothing()
    {
        var bench = Slow();
        bench.Unit.UnexpectedCompletion(Bench.Device);
        Assert.Equal((0x20U, 0x0028000000000000UL, 0xc0000000U), (bench.R4(0x34), bench.R8(0xb0), bench.R4(0x38)));
        bench.Submit(Wait(2));
        Assert.Single(bench.Statuses);
        bench.W4(0x34, 0x20);
        Assert.Equal((0U, 0UL, 0x80000000U), (bench.R4(0x34), bench.R8(0xb0), bench.R4(0x38)));
    }

    [Fact]
    public void Switching_off_takes_effect_when_the_queue_has_drained()
    {
        var bench = Slow();
        bench.Submit(Global, Wait(2));
        bench.W4(0x18, 0);
        Assert.Equal(0x04000000U, bench.R4(0x1c));
        bench.Unit.Complete(new InvalidationId(1));
        Assert.Equal([2U], Done(bench));
        Assert.Equal((0U, 0UL), (bench.R4(0x1c), bench.R8(0x80)));
    }

    [Fact]
    public void Switching_off_can_be_taken_back()
    {
        var bench = Slow();
        bench.Submit(Global);
        bench.W4(0x18, 0);
        bench.W4(0x18, 0x04000000);
        bench.Unit.Complete(new InvalidationId(1));
        Assert.Equal((0x04000000U, 0x10UL), (bench.R4(0x1c), bench.R8(0x80)));
    }

    [Fact]
    public void What_is_pending_is_bounded_by_the_length_of_the_queue()
    {
        var bench = Slow();
        for (var i = 0; i < 300; i++) bench.Submit(Global);
        Assert.Equal((256, 0UL), (bench.Flushes.Count, bench.R8(0x80)));
        bench.Unit.Complete(new InvalidationId(1));
        Assert.Equal(257, bench.Flushes.Count);
        bench.Unit.Complete(new InvalidationId(3)); // completion out of order frees nothing before the front is over
        Assert.Equal(257, bench.Flushes.Count);
        bench.Unit.Complete(new InvalidationId(2));
        Assert.Equal(259, bench.Flushes.Count);
    }

    [Fact]
    public void Any_order_of_completions_gives_the_same_statuses_and_each_in_time()
    {
        // 0 = invalidation, 1 = wait, 2 = fence; completions come in an order drawn by keys.
        Gen.Select(Gen.Int[0, 2].Array[1, 40], Gen.Int.Array[200]).Sample(
            (kinds, keys) =>
            {
                var bench = Slow();
                bench.Submit([.. kinds.Select((kind, i) => kind == 0 ? Global : Wait((uint)i + 1, fence: kind == 2))]);
                var open = new HashSet<long>();
                var (seen, step) = (0, 0);
                while (true)
                {
                    for (; seen < bench.Flushes.Count; seen++) open.Add(bench.Flushes[seen].Id.Value);
                    CheckStatuses(bench, kinds, open);
                    if (open.Count == 0) break;
                    var next = open.OrderBy(id => id).ElementAt((int)((uint)keys[step++] % (uint)open.Count));
                    open.Remove(next);
                    Assert.True(bench.Unit.Complete(new InvalidationId(next)));
                }

                Assert.Equal(kinds.Count(kind => kind != 0), bench.Statuses.Count);
                Assert.False(bench.Unit.HasPending);
            },
            iter: 300);
    }

    private static void CheckStatuses(Bench bench, int[] kinds, HashSet<long> open)
    {
        // The n-th invalidation descriptor has id n. A wait is over exactly when all ids before it are.
        var expected = new List<uint>();
        var id = 0L;
        var over = true;
        for (var i = 0; i < kinds.Length && over; i++)
        {
            if (kinds[i] == 0) over = ++id <= bench.Flushes.Count && !open.Contains(id);
            else expected.Add((uint)i + 1);
        }

        Assert.Equal(expected, Done(bench));
    }
}
