using VIommuActors.Protocols.Ats;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Tests.Support;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Protocols.Tests.Ats;

public sealed class RootComplexTests
{
    private const long TimeoutNs = 1_000_000;

    // Device-TLB invalidation of 00:05.0, one 4 KiB page at 0x10200000; the same for 00:06.0; a wait that stores 2.
    private static readonly (ulong, ulong) DeviceTlb = (0x0000002800010003, 0x10200000), OtherTlb = (0x0000003000010003, 0x10200000);
    private static readonly (ulong, ulong) Iotlb = (0x500f2, 0x10200000), Wait = (0x0000000200000025, 0x3000004);

    private readonly HypervisorBench _bench = new HypervisorBench(
        new AtsProtocol(), new VtdOptions { DeviceTlb = true }, ("invalidate-timeout-ns", "1000000"), ("tlb-entries", "4")).WithQueue();

    [Fact]
    public void Translation_request_is_answered_with_the_permissions_of_the_page()
    {
        _bench.Map(0x10201000, 0x10101000, rights: 1);
        _bench.Receive(new AtsTranslate(Cast.Device, 2, Cast.Source, new Iova(0x10201040), Permission.Read));

        Assert.Equal(
            new AtsTranslated(Cast.Unit, 2, new Iova(0x10201040), new GuestPhysical(0x10101040), 0xfff, Permission.Read),
            _bench.Take<AtsTranslated>(Cast.Device));
    }

    [Fact]
    public void Unmapped_page_is_answered_with_no_access_and_no_fault_is_recorded()
    {
        _bench.Receive(new AtsTranslate(Cast.Device, 2, Cast.Source, new Iova(0x10208000), Permission.Read));

        Assert.Equal(Permission.None, _bench.Take<AtsTranslated>(Cast.Device).Allowed);
        Assert.Equal(0u, _bench.Fsts);
    }

    [Fact]
    public void Device_that_may_not_use_ATS_is_answered_with_no_access_and_the_fault_is_recorded()
    {
        // TT = 0: ATS requests are blocked.
        _bench.Store(HypervisorBench.Context + (0x28 * 16), HypervisorBench.Top | 1);
        _bench.Receive(new AtsTranslate(Cast.Device, 0, Cast.Source, new Iova(0x10200000), Permission.Read));

        Assert.Equal(Permission.None, _bench.Take<AtsTranslated>(Cast.Device).Allowed);
        Assert.Equal(2u, _bench.Fsts);
    }

    [Fact]
    public void Wait_behind_a_device_TLB_invalidation_completes_with_the_device()
    {
        _bench.Submit(Iotlb, DeviceTlb, Wait);
        var request = _bench.Take<InvReq>(Cast.Device);
        Assert.Equal((0, new Iova(0x10200000), 1UL), (request.ITag, request.Address, request.Pages));
        _bench.NothingSent();
        Assert.Equal(0u, _bench.StatusWord);

        Complete(request.ITag);

        Assert.Equal(2u, _bench.StatusWord);
    }

    [Fact]
    public void Wait_behind_an_IOTLB_invalidation_alone_completes_at_once()
    {
        _bench.Submit(Iotlb, Wait);

        Assert.Equal(2u, _bench.StatusWord);
        _bench.NothingSent();
    }

    [Fact]
    public void Range_of_a_descriptor_reaches_the_device()
    {
        _bench.Submit((0x0000002800010003, 0x10201001));

        var request = _bench.Take<InvReq>(Cast.Device);
        Assert.Equal((new Iova(0x10200000), 4UL), (request.Address, request.Pages));
    }

    [Fact]
    public void Wait_needs_the_completion_of_every_device()
    {
        _bench.Submit(DeviceTlb, OtherTlb, Wait);
        var (first, second) = (_bench.Take<InvReq>(Cast.Device), _bench.Take<InvReq>(Cast.Second));

        Complete(second.ITag, Cast.Second, Cast.OtherSource);
        Assert.Equal(0u, _bench.StatusWord);
        Complete(first.ITag);

        Assert.Equal(2u, _bench.StatusWord);
    }

    [Fact]
    public void Thirty_two_requests_are_outstanding_at_the_most_and_the_rest_queue()
    {
        _bench.Submit([.. Enumerable.Repeat(DeviceTlb, 40), Wait]);
        var tags = Enumerable.Range(0, 32).Select(_ => _bench.Take<InvReq>(Cast.Device).ITag).ToArray();
        Assert.Equal(Enumerable.Range(0, 32), tags);
        _bench.NothingSent();

        Complete(17);

        Assert.Equal(17, _bench.Take<InvReq>(Cast.Device).ITag);
        _bench.NothingSent();
    }

    [Fact]
    public void Devices_have_tags_of_their_own()
    {
        _bench.Submit([.. Enumerable.Repeat(DeviceTlb, 33), OtherTlb]);
        for (var tag = 0; tag < 32; tag++) _bench.Take<InvReq>(Cast.Device);

        Assert.Equal(0, _bench.Take<InvReq>(Cast.Second).ITag);
    }

    [Fact]
    public void Free_tags_go_round()
    {
        _bench.Submit(DeviceTlb);
        Complete(_bench.Take<InvReq>(Cast.Device).ITag);
        _bench.Submit(DeviceTlb);

        Assert.Equal(1, _bench.Take<InvReq>(Cast.Device).ITag);
    }

    [Fact]
    public void Completion_that_nobody_waits_for_is_ICE_and_stops_nothing()
    {
        Complete(5);
        Assert.Equal(0x20u, _bench.Fsts);

        _bench.Submit(DeviceTlb, Wait);
        Complete(_bench.Take<InvReq>(Cast.Device).ITag);
        Assert.Equal(2u, _bench.StatusWord);
    }

    [Theory]
    [InlineData(0, 0x30)] // the tag of another device
    [InlineData(1, 0x28)] // a tag that is free
    [InlineData(32, 0x28)]
    [InlineData(-1, 0x28)]
    public void Completion_with_a_wrong_tag_or_source_is_ICE_and_completes_nothing(int tag, ushort source)
    {
        _bench.Submit(DeviceTlb, Wait);
        _bench.Take<InvReq>(Cast.Device);

        Complete(tag, Cast.Device, new SourceId(source));

        Assert.Equal(0x20u, _bench.Fsts);
        Assert.Equal(0u, _bench.StatusWord);
    }

    [Fact]
    public void Doubled_completion_is_ICE_and_does_not_complete_the_next_invalidation()
    {
        _bench.Submit(DeviceTlb);
        var first = _bench.Take<InvReq>(Cast.Device);
        Complete(first.ITag);
        _bench.Submit(DeviceTlb, Wait);

        Complete(first.ITag);

        Assert.Equal(0x20u, _bench.Fsts);
        Assert.Equal(0u, _bench.StatusWord);
    }

    [Fact]
    public void Silent_device_ends_in_ITE_and_the_wait_is_aborted()
    {
        _bench.Submit(DeviceTlb, Wait);
        _bench.Take<InvReq>(Cast.Device);

        _bench.Receive(_bench.FireTimer());

        Assert.Equal(TimeoutNs, _bench.NowNs);
        Assert.Equal(0x40u, _bench.Fsts);
        Assert.Equal(0u, _bench.StatusWord);
        Assert.False(_bench.Unit.HasPending);
        Assert.Empty(_bench.Timers);
    }

    [Fact]
    public void Completion_after_the_timeout_is_ICE()
    {
        _bench.Submit(DeviceTlb);
        var request = _bench.Take<InvReq>(Cast.Device);
        _bench.Receive(_bench.FireTimer());

        Complete(request.ITag);

        Assert.Equal(0x60u, _bench.Fsts);
    }

    [Fact]
    public void Watchdog_waits_out_each_request_by_itself()
    {
        _bench.Submit(DeviceTlb);
        _bench.NowNs = 400_000;
        _bench.Submit(DeviceTlb);
        Assert.Single(_bench.Timers);

        _bench.Receive(_bench.FireTimer());
        Assert.Equal((TimeoutNs, 0x40u), (_bench.NowNs, _bench.Fsts));
        Assert.True(_bench.Unit.HasPending);
        _bench.Receive(_bench.FireTimer());

        Assert.Equal(400_000 + TimeoutNs, _bench.NowNs);
        Assert.False(_bench.Unit.HasPending);
    }

    [Fact]
    public void Watchdog_finds_nothing_when_all_have_completed_and_stops()
    {
        _bench.Submit(DeviceTlb);
        Complete(_bench.Take<InvReq>(Cast.Device).ITag);

        _bench.Receive(_bench.FireTimer());

        Assert.Equal(0u, _bench.Fsts);
        Assert.Empty(_bench.Timers);
    }

    [Fact]
    public void Invalidations_that_queued_behind_silent_ones_get_their_tags()
    {
        _bench.Submit([.. Enumerable.Repeat(DeviceTlb, 33)]);
        for (var tag = 0; tag < 32; tag++) _bench.Take<InvReq>(Cast.Device);

        _bench.Receive(_bench.FireTimer());

        var last = _bench.Take<InvReq>(Cast.Device);
        Complete(last.ITag);
        Assert.False(_bench.Unit.HasPending);
        _bench.Receive(_bench.FireTimer());
        Assert.Equal(0x40u, _bench.Fsts);
    }

    [Fact]
    public void Gone_emulator_completes_what_was_sent_and_what_still_queued()
    {
        _bench.Submit([.. Enumerable.Repeat(DeviceTlb, 40), Wait]);

        _bench.EmulatorAttached = false;
        _bench.Half.EmulatorGone();

        Assert.Equal(2u, _bench.StatusWord);
        Assert.Equal(0u, _bench.Fsts);
        _bench.Receive(_bench.FireTimer());
        Assert.Equal(0u, _bench.Fsts);
    }

    [Fact]
    public void Invalidation_of_a_device_that_was_pulled_out_completes_without_it()
    {
        _bench.Submit([.. Enumerable.Repeat(DeviceTlb, 40), Wait]);
        _bench.TakeAll();

        _bench.Half.DeviceGone(Cast.Source);

        Assert.Equal(2u, _bench.StatusWord);
        Assert.False(_bench.Unit.HasPending);
        Assert.Equal(0u, _bench.Fsts);
        _bench.NothingSent();
        _bench.Receive(_bench.FireTimer());
        Assert.Equal(0u, _bench.Fsts);
    }

    [Fact]
    public void Device_that_was_pulled_out_leaves_the_others_to_be_waited_for()
    {
        _bench.Submit(DeviceTlb, OtherTlb, Wait);
        _bench.Take<InvReq>(Cast.Device);
        var other = _bench.Take<InvReq>(Cast.Second);

        _bench.Half.DeviceGone(Cast.Source);
        Assert.Equal(0u, _bench.StatusWord);
        _bench.Receive(new InvComp(Cast.Second, Cast.OtherSource, other.ITag));

        Assert.Equal(2u, _bench.StatusWord);
    }

    [Fact]
    public void Without_an_emulator_nobody_is_asked()
    {
        _bench.EmulatorAttached = false;

        _bench.Submit(DeviceTlb, Wait);

        Assert.Equal(2u, _bench.StatusWord);
        _bench.NothingSent();
    }

    [Fact]
    public void Invalidation_of_a_device_that_does_not_exist_completes_at_once()
    {
        _bench.Submit((0x0000003800010003, 0x10200000), Wait);

        Assert.Equal(2u, _bench.StatusWord);
        _bench.NothingSent();
    }

    private void Complete(int tag, NodeId? from = null, SourceId? source = null) =>
        _bench.Receive(new InvComp(from ?? Cast.Device, source ?? Cast.Source, tag));
}
