using VIommuActors.Xen.Events;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Xen.Tests.IoRequests;

public class IoreqSlotTests
{
    private const int Vcpu = 1;
    private readonly IoreqPage _page = new(vcpus: 4);
    private readonly IoreqSlot _slot;

    public IoreqSlotTests() => _slot = new IoreqSlot(_page, Vcpu, new EventPort(9));

    [Fact]
    public void Enabling_a_slot_stores_its_port_for_the_emulator_to_bind() => Assert.Equal(new EventPort(9), _page.Read(Vcpu).Port);

    [Fact]
    public void A_read_goes_round_the_four_states_and_brings_the_data_back()
    {
        Assert.Equal(IoreqSend.Sent, _slot.Send(Ioreq.MmioRead(0xfed90000, 4)));
        Assert.Equal(IoreqState.Ready, _page.StateOf(Vcpu));
        Assert.True(_slot.IsBlocked);
        Assert.Equal(IoreqProgress.Waiting, _slot.Check(out _));

        Assert.True(_page.TryTake(Vcpu, out var taken));
        Assert.Equal((0xfed90000UL, 4u, true), (taken.Address, taken.Size, taken.IsRead));
        Assert.Equal(IoreqState.InProcess, _page.StateOf(Vcpu));
        Assert.Equal(IoreqProgress.Waiting, _slot.Check(out _));

        Assert.True(_page.TryRespond(Vcpu, 0x1234));
        Assert.Equal(IoreqState.ResponseReady, _page.StateOf(Vcpu));
        Assert.True(_slot.IsBlocked);

        Assert.Equal(IoreqProgress.Answered, _slot.Check(out var data));
        Assert.Equal(0x1234UL, data);
        Assert.Equal(IoreqState.None, _page.StateOf(Vcpu));
        Assert.False(_slot.IsBlocked);
    }

    [Fact]
    public void The_answer_to_a_write_leaves_its_data_alone()
    {
        _slot.Send(Ioreq.MmioWrite(0xfed900f8, 0x9003000500000000, 8));
        _page.TryTake(Vcpu, out _);
        _page.TryRespond(Vcpu, 7);
        _slot.Check(out var data);
        Assert.Equal(0x9003000500000000, data);
    }

    /// <summary>Rows: what Xen saw last; columns: what the emulator stores next.</summary>
    [Theory]
    [InlineData(1, 0, IoreqProgress.EmulatorDied)]
    [InlineData(1, 1, IoreqProgress.Waiting)]
    [InlineData(1, 2, IoreqProgress.Waiting)]
    [InlineData(1, 3, IoreqProgress.Answered)]
    [InlineData(1, 4, IoreqProgress.DomainCrash)]
    [InlineData(1, 15, IoreqProgress.DomainCrash)]
    [InlineData(2, 0, IoreqProgress.EmulatorDied)]
    [InlineData(2, 1, IoreqProgress.DomainCrash)]
    [InlineData(2, 2, IoreqProgress.Waiting)]
    [InlineData(2, 3, IoreqProgress.Answered)]
    [InlineData(2, 4, IoreqProgress.DomainCrash)]
    [InlineData(2, 15, IoreqProgress.DomainCrash)]
    public void While_a_vcpu_waits_every_state_has_one_meaning(byte seen, byte next, IoreqProgress expected)
    {
        _slot.Send(Ioreq.MmioRead(0, 8));
        _page.SetState(Vcpu, (IoreqState)seen);
        Assert.Equal(IoreqProgress.Waiting, _slot.Check(out _));
        _page.SetState(Vcpu, (IoreqState)next);
        Assert.Equal(expected, _slot.Check(out _));
        Assert.Equal(expected == IoreqProgress.Waiting, _slot.IsBlocked);
    }

    [Fact]
    public void When_the_emulator_dies_the_vcpu_goes_on_with_all_ones()
    {
        _slot.Send(Ioreq.MmioRead(0, 8) with { Data = 5 });
        _page.TryTake(Vcpu, out _);
        _page.ResetStates();
        Assert.Equal(IoreqProgress.EmulatorDied, _slot.Check(out var data));
        Assert.Equal(ulong.MaxValue, data);
        Assert.Equal(IoreqSend.Sent, _slot.Send(Ioreq.MmioRead(0, 8)));
    }

    [Fact]
    public void An_answer_from_after_the_death_does_not_reach_the_slot()
    {
        _slot.Send(Ioreq.MmioRead(0, 8));
        _page.TryTake(Vcpu, out _);
        _page.ResetStates();
        Assert.False(_page.TryRespond(Vcpu, 1));
        Assert.Equal(IoreqState.None, _page.StateOf(Vcpu));
    }

    [Theory]
    [InlineData(IoreqState.Ready)]
    [InlineData(IoreqState.InProcess)]
    [InlineData(IoreqState.ResponseReady)]
    [InlineData((IoreqState)9)]
    public void A_slot_that_is_not_free_takes_no_request(IoreqState state)
    {
        _page.SetState(Vcpu, state);
        var before = _page.Read(Vcpu);
        Assert.Equal(IoreqSend.Unhandled, _slot.Send(Ioreq.MmioRead(0x1000, 8)));
        Assert.Equal(before, _page.Read(Vcpu));
        Assert.False(_slot.IsBlocked);
    }

    [Fact]
    public void A_port_that_the_emulator_changed_takes_no_request()
    {
        _page.SetPort(Vcpu, new EventPort(10));
        Assert.Equal(IoreqSend.Unhandled, _slot.Send(Ioreq.MmioRead(0x1000, 8)));
        Assert.Equal(IoreqState.None, _page.StateOf(Vcpu));
    }

    [Fact]
    public void A_blocked_vcpu_cannot_send_again_even_if_the_emulator_freed_the_slot()
    {
        _slot.Send(Ioreq.MmioRead(0x1000, 8));
        _page.SetState(Vcpu, IoreqState.None);
        Assert.Equal(IoreqSend.Unhandled, _slot.Send(Ioreq.MmioRead(0x2000, 8)));
        Assert.Equal(0x1000UL, _page.Read(Vcpu).Address);
    }

    [Fact]
    public void An_event_nobody_waits_for_is_harmless() => Assert.Equal(IoreqProgress.Idle, _slot.Check(out _));

    [Fact]
    public void An_emulator_takes_a_request_once()
    {
        Assert.False(_page.TryTake(Vcpu, out _));
        _slot.Send(Ioreq.MmioRead(0, 8));
        Assert.True(_page.TryTake(Vcpu, out _));
        Assert.False(_page.TryTake(Vcpu, out _));
        Assert.True(_page.TryRespond(Vcpu, 0));
        Assert.False(_page.TryRespond(Vcpu, 0));
    }

    [Fact]
    public void Two_vcpus_have_requests_in_flight_at_the_same_time()
    {
        var other = new IoreqSlot(_page, 2, new EventPort(12));
        Assert.Equal(IoreqSend.Sent, _slot.Send(Ioreq.MmioWrite(0xfed900f8, 1, 8)));
        Assert.Equal(IoreqSend.Sent, other.Send(Ioreq.MmioWrite(0xfed900f8, 2, 8)));
        Assert.True(_page.TryTake(2, out var second));
        Assert.Equal(2UL, second.Data);
        _page.TryRespond(2, 0);
        Assert.Equal(IoreqProgress.Answered, other.Check(out _));
        Assert.Equal(IoreqProgress.Waiting, _slot.Check(out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(129)]
    public void A_page_holds_1_to_128_slots(int vcpus) => Assert.Throws<ArgumentOutOfRangeException>(() => new IoreqPage(vcpus));

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void A_vcpu_without_a_slot_is_refused(int vcpu) => Assert.Throws<ArgumentOutOfRangeException>(() => _page.Read(vcpu));
}
