using VIommuActors.Xen.Events;
using VIommuActors.Xen.Hypercalls;

namespace VIommuActors.Xen.Tests.Events;

public class EventChannelsTests
{
    private static readonly XenDomainId Dom0 = new(0), Guest = new(3), Other = new(4);
    private readonly EventChannels _channels = new();

    [Fact]
    public void Ports_count_from_1_and_the_lowest_closed_one_is_reused()
    {
        Assert.Equal([1u, 2u, 3u], [Unbound().Value, Unbound().Value, Unbound().Value]);
        _channels.Close(Guest, new EventPort(2));
        Assert.Equal(2u, Unbound().Value);
    }

    [Fact]
    public void The_4096th_port_is_the_last_but_for_the_reserved_one()
    {
        for (var i = 1; i < EventChannels.MaxPorts; i++)
        {
            Unbound();
        }

        Assert.Equal(XenErrno.ENOSPC, _channels.AllocUnbound(Guest, Dom0, out _));
        Assert.Equal(XenErrno.ENOSPC, _channels.AllocUnboundForXen(Guest, Dom0, 0, out _));
        Assert.Equal(XenErrno.None, _channels.AllocUnbound(Dom0, Guest, out var theirs));
        Assert.Equal(XenErrno.ENOSPC, _channels.BindInterdomain(Guest, Dom0, theirs, out _).Error);
        Assert.Equal(EventChannelState.Unbound, _channels.Status(Dom0, theirs).State);
    }

    [Fact]
    public void Binding_raises_the_new_port_once()
    {
        var port = Unbound();
        var signal = _channels.BindInterdomain(Dom0, Guest, port, out var local);
        Assert.Equal(new EventSignal(XenErrno.None, true, Dom0, local), signal);
        Assert.True(_channels.ClearPending(Dom0, local));
        Assert.False(_channels.ClearPending(Dom0, local));
        Assert.False(_channels.IsPending(Guest, port));
    }

    [Fact]
    public void Only_the_named_domain_binds_and_only_once()
    {
        var port = Unbound();
        Assert.Equal(XenErrno.EINVAL, _channels.BindInterdomain(Other, Guest, port, out _).Error);
        Assert.Equal(XenErrno.None, _channels.BindInterdomain(Dom0, Guest, port, out _).Error);
        Assert.Equal(XenErrno.EINVAL, _channels.BindInterdomain(Dom0, Guest, port, out _).Error);
        Assert.Equal(XenErrno.EINVAL, _channels.BindInterdomain(Dom0, Guest, new EventPort(99), out _).Error);
        Assert.Equal(XenErrno.EINVAL, _channels.BindInterdomain(Dom0, Guest, new EventPort(0), out _).Error);
    }

    [Fact]
    public void N_sends_before_the_consumer_clears_are_one_notification()
    {
        var (guest, dom0) = Connected();
        Assert.Equal(new EventSignal(XenErrno.None, true, Dom0, dom0), _channels.Send(Guest, guest));
        Assert.Equal(new EventSignal(XenErrno.None, false, Dom0, dom0), _channels.Send(Guest, guest));
        Assert.Equal(new EventSignal(XenErrno.None, false, Dom0, dom0), _channels.Send(Guest, guest));
        Assert.True(_channels.ClearPending(Dom0, dom0));
        Assert.False(_channels.IsPending(Dom0, dom0));
        Assert.True(_channels.Send(Guest, guest).Upcall);
    }

    [Fact]
    public void Both_directions_are_independent()
    {
        var (guest, dom0) = Connected();
        _channels.Send(Guest, guest);
        Assert.Equal(new EventSignal(XenErrno.None, true, Guest, guest), _channels.Send(Dom0, dom0));
        Assert.True(_channels.IsPending(Dom0, dom0));
        Assert.True(_channels.IsPending(Guest, guest));
    }

    [Fact]
    public void An_event_on_an_unbound_port_is_lost_and_succeeds()
    {
        var port = Unbound();
        Assert.Equal(new EventSignal(XenErrno.None), _channels.Send(Guest, port));
        Assert.False(_channels.IsPending(Guest, port));
    }

    [Fact]
    public void Closed_reserved_and_unknown_ports_are_invalid_for_every_operation()
    {
        var closed = Unbound();
        _channels.Close(Guest, closed);
        foreach (var port in new[] { closed, new EventPort(0), new EventPort(17), new EventPort(uint.MaxValue) })
        {
            Assert.Equal(XenErrno.EINVAL, _channels.Send(Guest, port).Error);
            Assert.Equal(XenErrno.EINVAL, _channels.Mask(Guest, port));
            Assert.Equal(XenErrno.EINVAL, _channels.ClearMaskBit(Guest, port));
            Assert.Equal(XenErrno.EINVAL, _channels.Unmask(Guest, port).Error);
            Assert.Equal(XenErrno.EINVAL, _channels.Close(Guest, port));
            Assert.Equal(EventChannelState.Closed, _channels.Status(Guest, port).State);
        }

        Assert.Equal(XenErrno.EINVAL, _channels.Send(Other, closed).Error);
    }

    [Fact]
    public void A_masked_port_remembers_one_event_and_unmask_delivers_it()
    {
        var (guest, dom0) = Connected();
        _channels.Mask(Dom0, dom0);
        Assert.False(_channels.Send(Guest, guest).Upcall);
        Assert.False(_channels.Send(Guest, guest).Upcall);
        Assert.True(_channels.IsPending(Dom0, dom0));
        Assert.Equal(new EventSignal(XenErrno.None, true, Dom0, dom0), _channels.Unmask(Dom0, dom0));
        Assert.False(_channels.Unmask(Dom0, dom0).Upcall);
    }

    [Fact]
    public void Unmask_of_a_port_without_an_event_delivers_nothing()
    {
        var (_, dom0) = Connected();
        _channels.Mask(Dom0, dom0);
        Assert.False(_channels.Unmask(Dom0, dom0).Upcall);
    }

    [Fact]
    public void Clearing_the_mask_bit_by_hand_loses_the_wakeup()
    {
        var (guest, dom0) = Connected();
        _channels.Mask(Dom0, dom0);
        _channels.Send(Guest, guest);
        _channels.ClearMaskBit(Dom0, dom0);
        Assert.False(_channels.Send(Guest, guest).Upcall);
        Assert.True(_channels.IsPending(Dom0, dom0));
    }

    [Fact]
    public void Looking_first_and_clearing_second_loses_what_came_between()
    {
        var (guest, dom0) = Connected();
        _channels.Send(Guest, guest);
        Assert.False(_channels.Send(Guest, guest).Upcall); // arrives after the consumer looked: no new upcall
        _channels.ClearPending(Dom0, dom0);                 // and now its only trace is gone
        Assert.False(_channels.IsPending(Dom0, dom0));
    }

    [Fact]
    public void Closing_one_end_leaves_the_other_unbound_for_the_same_domain()
    {
        var (guest, dom0) = Connected();
        Assert.Equal(XenErrno.None, _channels.Close(Dom0, dom0));
        Assert.Equal((EventChannelState.Unbound, Dom0), (_channels.Status(Guest, guest).State, _channels.Status(Guest, guest).Remote));
        Assert.Equal(new EventSignal(XenErrno.None), _channels.Send(Guest, guest));
        Assert.Equal(XenErrno.None, _channels.BindInterdomain(Dom0, Guest, guest, out _).Error);
    }

    [Fact]
    public void A_reused_port_starts_without_the_old_bits()
    {
        var (guest, dom0) = Connected();
        _channels.Send(Guest, guest);
        _channels.Mask(Dom0, dom0);
        _channels.Close(Dom0, dom0);
        _channels.AllocUnbound(Dom0, Other, out var reused);
        Assert.Equal(dom0, reused);
        Assert.Equal(new EventChannelStatus(EventChannelState.Unbound, Other, default, false, false), _channels.Status(Dom0, reused));
    }

    [Fact]
    public void Status_tells_both_ends_of_a_connection()
    {
        var (guest, dom0) = Connected();
        Assert.Equal(new EventChannelStatus(EventChannelState.Interdomain, Guest, guest, false, false), _channels.Status(Dom0, dom0));
        Assert.Equal(new EventChannelStatus(EventChannelState.Interdomain, Dom0, dom0, false, false), _channels.Status(Guest, guest));
    }

    [Fact]
    public void Xens_port_wakes_the_vcpu_each_time_and_holds_no_bit()
    {
        _channels.AllocUnboundForXen(Guest, Dom0, vcpu: 2, out var port);
        _channels.BindInterdomain(Dom0, Guest, port, out var local);
        Assert.Equal(new EventSignal(XenErrno.None, true, Guest, port, WakesVcpu: 2), _channels.Send(Dom0, local));
        Assert.Equal(new EventSignal(XenErrno.None, true, Guest, port, WakesVcpu: 2), _channels.Send(Dom0, local));
        Assert.False(_channels.IsPending(Guest, port));
    }

    [Fact]
    public void The_guest_can_neither_send_on_nor_close_a_port_of_xen()
    {
        _channels.AllocUnboundForXen(Guest, Dom0, vcpu: 0, out var port);
        Assert.Equal(XenErrno.EINVAL, _channels.Send(Guest, port).Error);
        Assert.Equal(XenErrno.EINVAL, _channels.Close(Guest, port));
        Assert.Equal(EventChannelState.Unbound, _channels.Status(Guest, port).State);
        _channels.CloseFromXen(Guest, port);
        Assert.Equal(EventChannelState.Closed, _channels.Status(Guest, port).State);
    }

    [Fact]
    public void Xen_closes_and_notifies_only_ports_of_its_own()
    {
        var (guest, dom0) = Connected();
        Assert.False(_channels.NotifyFromXen(Guest, guest).Upcall);
        Assert.False(_channels.IsPending(Dom0, dom0));
        _channels.CloseFromXen(Guest, guest);
        Assert.Equal(EventChannelState.Interdomain, _channels.Status(Guest, guest).State);
    }

    [Fact]
    public void A_request_sent_before_the_emulator_binds_is_found_by_the_first_event()
    {
        _channels.AllocUnboundForXen(Guest, Dom0, vcpu: 1, out var port);
        Assert.False(_channels.NotifyFromXen(Guest, port).Upcall);
        Assert.True(_channels.BindInterdomain(Dom0, Guest, port, out var local).Upcall);
        Assert.True(_channels.ClearPending(Dom0, local));
        Assert.True(_channels.NotifyFromXen(Guest, port).Upcall);
    }

    private EventPort Unbound()
    {
        Assert.Equal(XenErrno.None, _channels.AllocUnbound(Guest, Dom0, out var port));
        return port;
    }

    /// <summary>A connection whose spurious first event has been taken. The ports differ, so that no test confuses the ends.</summary>
    private (EventPort Guest, EventPort Dom0) Connected()
    {
        _channels.AllocUnbound(Dom0, Other, out _);
        var guest = Unbound();
        _channels.BindInterdomain(Dom0, Guest, guest, out var dom0);
        _channels.ClearPending(Dom0, dom0);
        Assert.NotEqual(guest, dom0);
        return (guest, dom0);
    }
}
