using VIommuActors.Protocols.DrainOnInvalidate;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Tests.Support;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Protocols.Tests.DrainOnInvalidate;

/// <summary>The hypervisor's half, by what the guest reads from the register file and from the wait's status word.</summary>
public sealed class DrainGateTests
{
    // The second command of a unit still shows the granularity of the first one in IAIG.
    private const ulong Ivt = HypervisorBench.InvalidatePages, IvtAgain = 0xb6030005_00000000;
    private static readonly (ulong, ulong) IotlbPages = (0x500f2, 0x10200042), Wait = (0x0000000200000025, 0x3000004);
    private static readonly (ulong, ulong) IotlbDomain = (0x500e2, 0), ContextGlobal = (0x11, 0);
    private static readonly (ulong, ulong) Fence = (0x0000000100000065, 0x3000008);

    private readonly HypervisorBench _bench = new(new DrainProtocol(), null, ("scope", "selective"), ("epochs", "true"));

    [Fact]
    public void Unit_has_flushed_before_the_write_is_refused()
    {
        _bench.Receive(new TranslateCall(Cast.Device, 0, Cast.Source, new Iova(0x10200000), Permission.Write));
        Assert.Equal(0, _bench.Take<TranslateReply>(Cast.Device).Errno);
        _bench.Map(0x10200000, 0, rights: 0);

        _bench.InvalidateFourPages();

        Assert.True(_bench.Refused);
        _bench.Receive(new TranslateCall(Cast.Device, 0, Cast.Source, new Iova(0x10200000), Permission.Write));
        Assert.Equal(-14, _bench.Take<TranslateReply>(Cast.Device).Errno);
    }

    [Fact]
    public void IVT_stays_set_until_the_drain_is_reported_and_then_tells_the_granularity()
    {
        _bench.InvalidateFourPages();
        Assert.Equal(Ivt, _bench.Read8(0xf8));

        Assert.Equal((0, false), Complete(1));

        Assert.Equal(HypervisorBench.PagesDone, _bench.Read8(0xf8));
    }

    [Fact]
    public void Context_command_is_held_open_the_same_way()
    {
        _bench.Write8(0x28, 0xa0000000_00000000);
        Assert.True(_bench.Refused);
        Assert.Equal(0xa0000000_00000000UL, _bench.Read8(0x28));

        Complete(1);

        Assert.Equal(0x28000000_00000000UL, _bench.Read8(0x28));
    }

    [Fact]
    public void Write_that_invalidates_nothing_is_not_refused()
    {
        _bench.Write8(0xf0, 0x10200042);
        Assert.False(_bench.Refused);
        _bench.Write4(0x38, 0);
        Assert.False(_bench.Refused);
    }

    [Fact]
    public void Refusal_is_for_one_write_only()
    {
        _bench.InvalidateFourPages();
        Assert.True(_bench.Refused);

        _bench.Write8(0xf0, 0x10300000);

        Assert.False(_bench.Refused);
    }

    [Fact]
    public void Low_half_of_the_command_is_not_refused_and_the_high_half_is()
    {
        _bench.Write4(0xf8, 0);
        Assert.False(_bench.Refused);
        _bench.Write4(0xfc, 0x90000000);
        Assert.True(_bench.Refused);
    }

    [Fact]
    public void Without_an_emulator_the_guest_waits_for_nobody()
    {
        _bench.EmulatorAttached = false;

        _bench.InvalidateFourPages();

        Assert.Equal(HypervisorBench.PagesDone, _bench.Read8(0xf8));
        Assert.False(_bench.Refused);
    }

    [Fact]
    public void Translation_switched_off_reads_so_once_the_drain_is_reported()
    {
        _bench.Write4(0x18, 0);
        Assert.True(_bench.Refused);
        Assert.Equal(0xc0000000UL, _bench.Unit.Read(0x1c, 4));

        Complete(1);

        Assert.Equal(0x40000000UL, _bench.Unit.Read(0x1c, 4));
    }

    [Fact]
    public void Wait_descriptor_takes_the_place_of_IVT_in_queued_invalidation()
    {
        _bench.WithQueue();
        _bench.Submit(IotlbPages, Wait);
        Assert.True(_bench.Refused);
        Assert.Equal((0x20UL, 0u), (_bench.Read8(0x80), _bench.StatusWord));

        Complete(1);

        Assert.Equal(2u, _bench.StatusWord);
    }

    [Fact]
    public void One_tail_write_is_one_epoch_however_many_descriptors_it_brings()
    {
        _bench.WithQueue();
        _bench.Submit(ContextGlobal, IotlbPages, IotlbDomain, Wait);
        Assert.Equal(1, Query().Epoch);

        _bench.Submit(IotlbPages);

        Assert.Equal(2, Query().Epoch);
    }

    [Fact]
    public void Completion_of_an_older_drain_does_not_clear_ivt()
    {
        _bench.InvalidateFourPages();
        Complete(1);
        _bench.InvalidateFourPages();

        Assert.Equal((-114, false), Complete(1));

        Assert.Equal(IvtAgain, _bench.Read8(0xf8));
        Complete(2);
        Assert.Equal(HypervisorBench.PagesDone, _bench.Read8(0xf8));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(2)]
    public void Epoch_that_was_never_opened_is_stale(long epoch)
    {
        _bench.InvalidateFourPages();

        Assert.Equal((-116, false), Complete(epoch));

        Assert.Equal(Ivt, _bench.Read8(0xf8));
    }

    [Fact]
    public void Doubled_completion_is_already_done()
    {
        _bench.InvalidateFourPages();
        Assert.Equal((0, false), Complete(1));

        Assert.Equal((-114, false), Complete(1));
    }

    [Fact]
    public void Completion_covers_all_epochs_up_to_its_own()
    {
        _bench.WithQueue();
        _bench.Submit(IotlbPages, Wait);
        _bench.Submit(IotlbDomain, (0x0000000300000025, 0x3000008));

        Complete(2);

        Assert.Equal(2u, _bench.StatusWord);
        Assert.Equal(3u, _bench.Ram.Read32(new GuestPhysical(0x3000008)));
        Assert.Equal(-114, Complete(1).Errno);
    }

    [Fact]
    public void Newer_epoch_stays_open_when_an_older_one_is_completed()
    {
        _bench.WithQueue();
        _bench.Submit(IotlbPages, Wait);
        _bench.Submit(IotlbDomain, (0x0000000300000025, 0x3000008));

        Complete(1);

        Assert.Equal(2u, _bench.StatusWord);
        Assert.Equal(0u, _bench.Ram.Read32(new GuestPhysical(0x3000008)));
        Assert.Equal((2L, true), (Query().Epoch, Query().Open));
    }

    [Fact]
    public void Query_names_the_newest_epoch_and_comes_back_with_its_number()
    {
        _bench.Receive(new QueryCall(Cast.Dummy, 41));
        Assert.Equal(new QueryReply(Cast.Unit, 0, Open: false, DrainScope.All, 41), _bench.Take<QueryReply>(Cast.Dummy));

        _bench.InvalidateFourPages();
        _bench.Receive(new QueryCall(Cast.Dummy, 42));

        var scope = new DrainScope(false, Cast.Domain, new Iova(0x10200000), 4);
        Assert.Equal(new QueryReply(Cast.Unit, 1, Open: true, scope, 42), _bench.Take<QueryReply>(Cast.Dummy));
    }

    [Fact]
    public void Queue_that_went_on_behind_a_fence_asks_for_another_drain()
    {
        _bench.WithQueue();
        _bench.Submit(IotlbPages, Fence, IotlbDomain, Wait);
        Assert.Equal(0x20UL, _bench.Read8(0x80));

        Assert.Equal((0, true), Complete(1));

        Assert.Equal((1u, 0u), (_bench.Ram.Read32(new GuestPhysical(0x3000008)), _bench.StatusWord));
        Assert.Equal((2L, true), (Query().Epoch, Query().Open));
        Assert.Equal((0, false), Complete(2));
        Assert.Equal(2u, _bench.StatusWord);
    }

    [Fact]
    public void Request_for_another_drain_is_repeated_until_it_was_drained()
    {
        _bench.WithQueue();
        _bench.Submit(IotlbPages, Fence, IotlbDomain, Wait);
        Complete(1);

        Assert.Equal((-114, true), Complete(1));
        Complete(2);

        Assert.Equal((-114, false), Complete(1));
    }

    [Fact]
    public void Write_after_a_fenced_continuation_is_not_refused_on_its_account()
    {
        _bench.WithQueue();
        _bench.Submit(IotlbPages, Fence, IotlbDomain, Wait);
        Complete(1);

        _bench.Write4(0x38, 0);

        Assert.False(_bench.Refused);
    }

    [Fact]
    public void Gone_emulator_completes_everything_that_is_open_and_what_stood_behind_it()
    {
        _bench.WithQueue();
        _bench.Submit(IotlbPages, Fence, IotlbDomain, Wait);

        _bench.EmulatorAttached = false;
        _bench.Half.EmulatorGone();

        Assert.Equal(2u, _bench.StatusWord);
        Assert.False(_bench.Unit.HasPending);
    }

    [Fact]
    public void Late_report_of_a_dead_emulator_does_not_complete_what_its_successor_has_to_drain()
    {
        _bench.InvalidateFourPages();
        _bench.EmulatorAttached = false;
        _bench.Half.EmulatorGone();
        Assert.Equal(HypervisorBench.PagesDone, _bench.Read8(0xf8));
        _bench.EmulatorAttached = true;
        _bench.InvalidateFourPages();

        Assert.Equal(-114, Complete(1).Errno);

        Assert.Equal(IvtAgain, _bench.Read8(0xf8));
    }

    public static TheoryData<string, ulong, ulong, DrainScope> Scopes => new()
    {
        { "pages", 0x500f2, 0x10200042, new DrainScope(false, new DomainId(5), new Iova(0x10200000), 4) },
        { "one page", 0x500f2, 0x10203000, new DrainScope(false, new DomainId(5), new Iova(0x10203000), 1) },
        { "domain", 0x500e2, 0, new DrainScope(false, new DomainId(5), default, 1UL << 52) },
        { "global", 0xd2, 0, DrainScope.All },
        { "context, global", 0x11, 0, DrainScope.All },
        { "context, one device", 0x0000002800050031, 0, DrainScope.All },
    };

    [Theory]
    [MemberData(nameof(Scopes))]
    public void Scope_of_a_drain_follows_the_command(string what, ulong low, ulong high, DrainScope scope)
    {
        _bench.WithQueue();
        _bench.Submit((low, high));
        Assert.True(scope == Query().Scope, $"{what}: {Query().Scope}");
    }

    [Fact]
    public void Scope_covers_all_that_is_open()
    {
        _bench.WithQueue();
        _bench.Submit((0x500f2, 0x10200000));
        _bench.Submit((0x500f2, 0x10700000));
        Assert.Equal(new DrainScope(false, Cast.Domain, default, 1UL << 52), Query().Scope);

        _bench.Submit((0x600f2, 0x10200000));
        Assert.Equal(DrainScope.All, Query().Scope);

        Complete(2);
        Assert.Equal(new DrainScope(false, new DomainId(6), new Iova(0x10200000), 1), Query().Scope);
    }

    [Fact]
    public void Scope_all_drains_every_device_whatever_was_invalidated()
    {
        var bench = new HypervisorBench(new DrainProtocol(), null, ("scope", "all"), ("epochs", "true"));
        bench.InvalidateFourPages();
        bench.Receive(new QueryCall(Cast.Dummy));

        Assert.Equal(DrainScope.All, bench.Take<QueryReply>(Cast.Dummy).Scope);
    }

    [Fact]
    public void Without_epochs_a_completion_covers_whatever_is_open_also_one_that_comes_twice()
    {
        var bench = new HypervisorBench(new DrainProtocol(), null, ("scope", "selective"), ("epochs", "false"));
        bench.InvalidateFourPages();
        bench.Receive(new DrainComplete(Cast.Dummy, 1));
        Assert.Equal(0, bench.Take<DrainCompleteReply>(Cast.Dummy).Errno);
        bench.InvalidateFourPages();
        Assert.Equal(IvtAgain, bench.Read8(0xf8));

        bench.Receive(new DrainComplete(Cast.Dummy, 1));

        Assert.Equal(0, bench.Take<DrainCompleteReply>(Cast.Dummy).Errno);
        Assert.Equal(HypervisorBench.PagesDone, bench.Read8(0xf8));
    }

    private (int Errno, bool More) Complete(long epoch)
    {
        _bench.Receive(new DrainComplete(Cast.Dummy, epoch));
        var reply = _bench.Take<DrainCompleteReply>(Cast.Dummy);
        Assert.Equal(epoch, reply.Epoch);
        return (reply.Errno, reply.More);
    }

    private QueryReply Query()
    {
        _bench.Receive(new QueryCall(Cast.Dummy));
        return _bench.Take<QueryReply>(Cast.Dummy);
    }
}
