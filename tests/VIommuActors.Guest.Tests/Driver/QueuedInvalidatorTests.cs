using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Invalidation;

namespace VIommuActors.Guest.Tests.Driver;

public class QueuedInvalidatorTests
{
    private const ulong Ring = 0x10000, Status = 0x11000;
    private const long Limit = 10_000_000_000;

    private static readonly DomainId Five = new(5);
    private static readonly InvalidationDescriptor Global = InvalidationDescriptor.IotlbGlobal();

    private readonly Bench _bench = new(deviceTlb: true);
    private readonly QueuedInvalidator _queue = new(FakeCpu.UnitBase, new GuestPhysical(Ring), new GuestPhysical(Status), Limit);

    public QueuedInvalidatorTests()
    {
        Bench.Run(_queue.Enable(_bench.Cpu, async bit => await _bench.Cpu.Write(FakeCpu.UnitBase + 0x18, 4, (uint)bit)));
        Assert.Equal(["W4 88 0", "W8 90 10000", "W4 18 4000000"], _bench.TakeJournal());
    }

    [Fact]
    public void Pages_are_an_iotlb_descriptor_and_a_wait()
    {
        Bench.Run(_queue.Pages(_bench.Cpu, Five, new Iova(0x10201000), 2, []));
        AssertRing(0, (0x500f2, 0x10201002), (0x200000025, Status + 4));
        Assert.Equal(["W4 88 20"], _bench.Journal);
    }

    [Fact]
    public void Device_tlbs_come_after_the_iotlb_and_cover_the_same_block()
    {
        Bench.Run(_queue.Pages(_bench.Cpu, Five, new Iova(0x10201000), 2, [new SourceId(0x28), new SourceId(0x30)]));
        AssertRing(
            0, (0x500f2, 0x10201002), (0x0000002800000003, 0x10201001), (0x0000003000000003, 0x10201001), (0x200000025, Status + 12));
        Assert.Equal(
            [InvalidationCommand.QueuedIotlb, InvalidationCommand.QueuedDeviceTlb, InvalidationCommand.QueuedDeviceTlb],
            _bench.Flushes.Select(flush => flush.Command));
        Assert.All(_bench.Flushes, flush => Assert.Equal((0x10200000UL, 4UL), (flush.Address.Value, flush.Pages)));
    }

    [Fact]
    public void One_page_has_no_size_bit()
    {
        Bench.Run(_queue.Pages(_bench.Cpu, Five, new Iova(0x10200000), 0, [new SourceId(0x28)]));
        AssertRing(0, (0x500f2, 0x10200000), (0x0000002800000003, 0x10200000));
    }

    [Fact]
    public void A_domain_empties_its_devices_tlbs()
    {
        Bench.Run(_queue.Domain(_bench.Cpu, Five, [new SourceId(0x28)]));
        AssertRing(0, (0x500e2, 0), (0x0000002800000003, 0x7ffffffffffff001), (0x200000025, Status + 8));
    }

    [Fact]
    public void A_changed_context_entry_is_over_before_the_iotlb_descriptor_is_submitted()
    {
        Bench.Run(_queue.Context(_bench.Cpu, Five, new SourceId(0x28), iotlbToo: true));
        AssertRing(0, (0x0000002800050031, 0), (0x200000025, Status + 4), (0x500e2, 0), (0x200000025, Status + 12));
        Assert.Equal(["W4 88 20", "W4 88 40"], _bench.Journal);
    }

    [Fact]
    public void The_status_word_is_in_use_while_the_driver_waits_and_free_afterwards()
    {
        _bench.Answer = _ => false;
        var seen = new List<uint>();
        _bench.Cpu.Load = (offset, size) =>
        {
            seen.Add(_bench.Ram.Read32(new GuestPhysical(Status + 4)));
            if (seen.Count == 3) _bench.Unit.Complete(_bench.Flushes[0].Id);
            return _bench.Unit.Read(offset, size);
        };
        Bench.Run(_queue.Submit(_bench.Cpu, [Global]));
        Assert.Equal([1u, 1, 1], seen);
        Assert.Equal(0u, _bench.Ram.Read32(new GuestPhysical(Status + 4)));
        Assert.Equal(["W4 88 20", "R4 34", "R4 34", "R4 34"], _bench.Journal); // FSTS in each round
    }

    [Fact]
    public void The_tail_wraps_at_256_descriptors()
    {
        for (var i = 0; i < 128; i++) Bench.Run(_queue.Submit(_bench.Cpu, [Global]));
        Assert.Equal(["W4 88 fc0", "W4 88 fe0", "W4 88 0"], _bench.TakeJournal().TakeLast(3));
        Bench.Run(_queue.Submit(_bench.Cpu, [Global]));
        Assert.Equal(["W4 88 20"], _bench.Journal);
    }

    [Fact]
    public void A_submission_may_lie_across_the_end_of_the_ring()
    {
        for (var i = 0; i < 85; i++) Bench.Run(_queue.Submit(_bench.Cpu, [Global, Global]));
        Assert.Equal("W4 88 ff0", _bench.TakeJournal()[^1]);
        Bench.Run(_queue.Pages(_bench.Cpu, Five, new Iova(0x10200000), 0, [new SourceId(0x28)]));
        Assert.Equal(["W4 88 20"], _bench.Journal);
        AssertRing(255, (0x500f2, 0x10200000));
        AssertRing(0, (0x0000002800000003, 0x10200000), (0x200000025, Status + 4));
    }

    [Theory]
    [InlineData(253, true)]  // 3 slots free: descriptor, wait, and the one that keeps head and tail apart
    [InlineData(254, false)] // 2 free
    public void A_submission_needs_its_slots_and_one_more(int taken, bool goesAhead)
    {
        _bench.Answer = _ => false;
        var second = _bench.NewCpu(1);
        second.Stepped = _bench.Cpu.Stepped = true;
        var first = _queue.Submit(_bench.Cpu, [.. Enumerable.Repeat(InvalidationDescriptor.InterruptGlobal(), taken - 2), Global]);
        _bench.Cpu.Go();
        var waiting = _queue.Submit(second, [Global]);
        second.Go();
        Assert.Equal(goesAhead ? "W4 88 ff0" : "pause 100", _bench.Journal[^1]);
        Assert.False(first.IsCompleted);

        // Completed from outside, both come to their end.
        _bench.Answer = _ => true;
        _bench.Unit.Complete(_bench.Flushes[0].Id);
        if (goesAhead) _bench.Unit.Complete(_bench.Flushes[1].Id);
        for (var i = 0; i < 8; i++)
        {
            if (_bench.Cpu.HasPending) _bench.Cpu.Go();
            if (second.HasPending) second.Go();
        }
        Bench.Run(first);
        Bench.Run(waiting);
    }

    [Fact]
    public void A_ring_that_stays_full_stops_the_guest()
    {
        _bench.Answer = _ => false;
        _bench.Cpu.Stepped = true;
        _ = _queue.Submit(_bench.Cpu, [.. Enumerable.Repeat(Global, 253)]);
        _bench.Cpu.Go();
        var second = _bench.NewCpu(1);
        Assert.IsType<GuestPanicException>(_queue.Submit(second, [Global]).Failure);
        Assert.StartsWith("timed out 1 after 10", _bench.Journal[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_wait_that_never_completes_is_reported_once_and_stops_the_guest()
    {
        _bench.Answer = _ => false;
        Assert.IsType<GuestPanicException>(_queue.Submit(_bench.Cpu, [Global]).Failure);
        Assert.Single(_bench.Journal, act => act.StartsWith("timed out", StringComparison.Ordinal));
        Assert.InRange(_bench.Clock.NowNs, Limit, Limit + (Limit / 64) + 10_000);
    }

    [Fact]
    public void A_refused_descriptor_stops_the_guest_and_is_named()
    {
        Bench.Run(_queue.Submit(_bench.Cpu, [Global]));
        var code = _queue.Submit(_bench.Cpu, [Global, new InvalidationDescriptor(0xf, 0)]);
        Assert.Equal("the unit refused invalidation descriptor 3", Assert.IsType<GuestPanicException>(code.Failure).Message);
        Assert.Equal(["W4 88 50", "R4 34", "R4 34", "R8 80"], _bench.Journal.Skip(1));
    }

    [Fact]
    public void Another_vcpus_refused_descriptor_is_not_taken_for_ones_own()
    {
        // IQE with IQH at slot 200, which nobody here has submitted.
        _bench.Answer = _ => false;
        var rounds = 0;
        _bench.Cpu.Load = (offset, size) =>
        {
            if (offset == 0x80 && ++rounds == 3) _bench.Unit.Complete(_bench.Flushes[0].Id);
            return offset == 0x80 ? 200 * 16UL : 0x10UL;
        };
        Bench.Run(_queue.Submit(_bench.Cpu, [Global]));
        Assert.Equal(3, rounds);
    }

    [Fact]
    public void A_device_that_does_not_answer_has_the_whole_submission_repeated()
    {
        TimeOutFirst();
        Bench.Run(_queue.Pages(_bench.Cpu, Five, new Iova(0x10200000), 0, [new SourceId(0x28)]));
        Assert.Equal(
            ["W4 88 30", "R4 34", "R4 34", "R8 80", "W4 34 40", "W4 88 60"], // FSTS again under the lock, IQH, ITE cleared, once more
            _bench.Journal);
        AssertRing(3, (0x500f2, 0x10200000), (0x0000002800000003, 0x10200000), (0x200000025, Status + 20));
        Assert.Equal(0UL, _bench.Unit.Read(0x34, 4));
    }

    [Fact]
    public void An_unexpected_completion_is_only_cleared()
    {
        _bench.Answer = _ => false;
        var first = true;
        _bench.Cpu.Load = (offset, size) =>
        {
            if (first) _bench.Unit.UnexpectedCompletion(new SourceId(0x28));
            else _bench.Unit.Complete(_bench.Flushes[0].Id);
            first = false;
            return _bench.Unit.Read(offset, size);
        };
        Bench.Run(_queue.Submit(_bench.Cpu, [Global]));
        Assert.Equal(["W4 88 20", "R4 34", "R4 34", "W4 34 20"], _bench.Journal);
    }

    [Fact]
    public void A_pending_dma_fault_is_none_of_the_queues_business()
    {
        _bench.Answer = _ => false;
        var rounds = 0;
        _bench.Cpu.Load = (_, _) =>
        {
            if (++rounds == 2) _bench.Unit.Complete(_bench.Flushes[0].Id);
            return 3; // PPF and PFO
        };
        Bench.Run(_queue.Submit(_bench.Cpu, [Global]));
        Assert.Equal(["W4 88 20", "R4 34", "R4 34"], _bench.Journal);
    }

    [Fact]
    public void Two_vcpus_share_the_ring_and_each_waits_for_its_own_status()
    {
        _bench.Answer = _ => false;
        var second = _bench.NewCpu(1);
        second.Stepped = _bench.Cpu.Stepped = true;
        var one = _queue.Pages(_bench.Cpu, Five, new Iova(0x7000), 0, []);
        var two = _queue.Pages(second, Five, new Iova(0x8000), 0, []);
        Assert.False(second.HasPending); // the lock covers the tail write
        _bench.Cpu.Go();
        second.Go();
        Assert.Equal(["W4 88 20", "W4 88 40"], _bench.Journal);
        AssertRing(0, (0x500f2, 0x7000), (0x200000025, Status + 4), (0x500f2, 0x8000), (0x200000025, Status + 12));

        // The later invalidation is over first, but waits end in queue order.
        _bench.Unit.Complete(_bench.Flushes[1].Id);
        _bench.Cpu.Go();
        second.Go();
        Assert.Equal((false, false), (one.IsCompleted, two.IsCompleted));
        _bench.Unit.Complete(_bench.Flushes[0].Id);
        _bench.Cpu.Go();
        second.Go();
        Assert.Equal((true, true), (one.IsCompleted, two.IsCompleted));
    }

    [Fact]
    public void Slots_are_free_again_in_ring_order_only()
    {
        // The second of two submissions ends first at its own vCPU; its slots lie behind the first's and cannot be reused yet.
        _bench.Answer = _ => false;
        var second = _bench.NewCpu(1);
        var third = _bench.NewCpu(2);
        third.Stepped = second.Stepped = _bench.Cpu.Stepped = true;
        var one = _queue.Submit(_bench.Cpu, [.. Enumerable.Repeat(InvalidationDescriptor.InterruptGlobal(), 149), Global]);
        _bench.Cpu.Go();
        var two = _queue.Submit(second, [.. Enumerable.Repeat(InvalidationDescriptor.InterruptGlobal(), 98), Global]);
        second.Go();
        _bench.Unit.Complete(_bench.Flushes[0].Id);
        _bench.Unit.Complete(_bench.Flushes[1].Id);
        second.Go();
        Assert.Equal((false, true), (one.IsCompleted, two.IsCompleted));
        _ = _queue.Submit(third, [.. Enumerable.Repeat(InvalidationDescriptor.InterruptGlobal(), 10)]);
        third.Go();
        Assert.Equal("pause 100", _bench.Journal[^1]);
        _bench.Cpu.Go();
        Assert.True(one.IsCompleted);
        third.Go();
        third.Go();
        Assert.Equal("W4 88 60", _bench.Journal[^1]); // 151 + 100 + 11 slots, less 256
    }

    [Fact]
    public void Of_two_vcpus_that_see_one_timeout_only_one_deals_with_it()
    {
        _bench.Answer = flush => flush.Command != InvalidationCommand.QueuedDeviceTlb;
        var second = _bench.NewCpu(1);
        second.Stepped = _bench.Cpu.Stepped = true;
        var one = _queue.Pages(_bench.Cpu, Five, new Iova(0x7000), 0, [new SourceId(0x28)]);
        var two = _queue.Pages(second, Five, new Iova(0x8000), 0, [new SourceId(0x30)]);
        _bench.Cpu.Go();
        second.Go();
        Assert.True(_bench.Unit.TimeOut(_bench.Flushes[1].Id));
        _bench.Cpu.Go(); // FSTS: ITE
        second.Go();     // FSTS: ITE as well, but the lock is taken
        Assert.Equal((true, false), (_bench.Cpu.HasPending, second.HasPending));
        _bench.Cpu.Go(); // FSTS under the lock
        _bench.Cpu.Go(); // IQH
        _bench.Answer = _ => true;
        _bench.Cpu.Go(); // ITE cleared: both waits are aborted, the lock goes to the second
        Assert.True(_bench.Unit.Complete(_bench.Flushes[3].Id));
        for (var i = 0; i < 8; i++)
        {
            if (second.HasPending) second.Go();
            if (_bench.Cpu.HasPending) _bench.Cpu.Go();
        }
        Bench.Run(one);
        Bench.Run(two);
        Assert.Single(_bench.Journal, act => act == "W4 34 40");
        Assert.Single(_bench.Journal, act => act == "R8 80");
        Assert.Equal(["W4 88 30", "W4 88 60", "W4 88 90", "W4 88 c0"], _bench.Journal.Only("W4 88"));
    }

    private void TimeOutFirst()
    {
        _bench.Answer = flush => flush.Command != InvalidationCommand.QueuedDeviceTlb || _bench.Flushes.Count > 2;
        var first = true;
        _bench.Cpu.Load = (offset, size) =>
        {
            if (first) Assert.True(_bench.Unit.TimeOut(_bench.Flushes[1].Id));
            first = false;
            return _bench.Unit.Read(offset, size);
        };
    }

    private void AssertRing(int from, params (ulong Low, ulong High)[] descriptors)
    {
        for (var i = 0; i < descriptors.Length; i++)
        {
            var at = Ring + ((ulong)(from + i) * 16);
            Assert.Equal(descriptors[i], (_bench.Load(at), _bench.Load(at + 8)));
        }
    }
}
