using VIommuActors.Machine.Hypervisor;
using VIommuActors.Machine.Tests.Support;
using VIommuActors.Protocols.Messages;
using VIommuActors.Xen.Events;
using VIommuActors.Xen.Hypercalls;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Machine.Tests.Hypervisor;

/// <summary>The ioreq side of the hypervisor; the test plays both emulators by hand.</summary>
public sealed class IoreqServerTests
{
    private static readonly XenDomainId Guest = new(1), Emulator0 = new(0x4000), Emulator1 = new(0x4001);

    private readonly RecordingPort _port = new(Cast.Hub);
    private readonly EventChannels _channels = new();
    private readonly SharedPages[] _pages;
    private readonly IoreqServer _hub;

    public IoreqServerTests()
    {
        _pages = [new SharedPages(_channels, Emulator0, 2), new SharedPages(_channels, Emulator1, 2)];
        _hub = new IoreqServer(_port, Cast.Guest, _channels, _pages);
    }

    [Fact]
    public void Attach_runs_through_its_steps_and_offers_second_level_translation()
    {
        Assert.Equal((0, 6UL), Call(Cast.Dummy0, AttachStep.QueryCapabilities));
        Assert.Equal((0, 0UL), Call(Cast.Dummy0, AttachStep.Create, start: Cast.Base));
        Assert.Equal((0, 0UL), Call(Cast.Dummy0, AttachStep.CreateServer));
        Assert.Equal((0, 0UL), Call(Cast.Dummy0, AttachStep.EnableServer));
        Assert.Equal((0, 1UL), Bind(Cast.Dummy0, 0));
        Assert.Equal((0, 2UL), Bind(Cast.Dummy0, 1));
        Assert.Equal((0, 0UL), Call(Cast.Dummy0, AttachStep.MapRange, start: Cast.Base, end: Cast.Base + 0xfff));
        Assert.Equal(new EmulatorAttached(Cast.Hub, true, Cast.Dummy0), _port.Take<EmulatorAttached>(Cast.Unit0));
    }

    [Theory]
    [InlineData(AttachStep.Create, Cast.Base + 8, -22)] // not page aligned
    [InlineData(AttachStep.Create, Cast.SecondBase, -19)] // another emulator's unit
    [InlineData(AttachStep.Create, 0xfeda0000, -19)] // no unit there
    [InlineData(AttachStep.EnableServer, 0, -2)] // no server yet
    [InlineData(AttachStep.BindPorts, 0, -22)] // no slots yet
    [InlineData(AttachStep.MapRange, Cast.Base, -2)] // no server yet
    [InlineData(AttachStep.Destroy, 0, -2)] // nothing was created
    public void Step_that_cannot_be_done_fails_with_its_error(AttachStep step, ulong start, int errno)
    {
        Call(Cast.Dummy0, AttachStep.QueryCapabilities);

        Assert.Equal(errno, Call(Cast.Dummy0, step, start: start, end: start + 0xfff).Errno);
    }

    [Fact]
    public void Second_server_of_one_emulator_is_refused()
    {
        Call(Cast.Dummy0, AttachStep.QueryCapabilities);
        Call(Cast.Dummy0, AttachStep.CreateServer);

        Assert.Equal(-17, Call(Cast.Dummy0, AttachStep.CreateServer).Errno);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Port_of_a_vcpu_that_does_not_exist_cannot_be_bound(int vcpu)
    {
        AttachUpTo(Cast.Dummy0, AttachStep.EnableServer);
        Assert.Equal(-22, Call(Cast.Dummy0, AttachStep.BindPorts, vcpu).Errno);
    }

    [Fact]
    public void Port_that_is_bound_cannot_be_bound_again()
    {
        AttachUpTo(Cast.Dummy0, AttachStep.EnableServer);
        Bind(Cast.Dummy0, 0);

        Assert.Equal(-22, Call(Cast.Dummy0, AttachStep.BindPorts, 0).Errno);
    }

    [Fact]
    public void Range_that_overlaps_one_of_the_same_server_is_refused()
    {
        Attach(Cast.Dummy0);
        _port.TakeAll();
        Assert.Equal(-17, Call(Cast.Dummy0, AttachStep.MapRange, start: Cast.Base, end: Cast.Base + 7).Errno);
    }

    [Fact]
    public void Range_that_ends_before_it_begins_is_refused()
    {
        AttachUpTo(Cast.Dummy0, AttachStep.EnableServer);
        Assert.Equal(-22, Call(Cast.Dummy0, AttachStep.MapRange, start: Cast.Base, end: Cast.Base - 1).Errno);
    }

    [Fact]
    public void Emulator_without_a_server_gets_no_share_in_anothers()
    {
        Attach(Cast.Dummy0);
        _port.TakeAll();
        Call(Cast.Dummy1, AttachStep.QueryCapabilities);

        Assert.Equal(-1, Call(Cast.Dummy1, AttachStep.MapRange, start: Cast.SecondBase, end: Cast.SecondBase + 0xfff).Errno);
    }

    [Fact]
    public void Freshly_bound_port_is_pending_and_its_event_is_spurious()
    {
        AttachUpTo(Cast.Dummy0, AttachStep.EnableServer);
        _hub.Receive(new AttachCall(Cast.Dummy0, AttachStep.BindPorts, 0, 0, 0));

        Assert.Equal(new EventUpcall(Cast.Hub, 1), _port.Take<EventUpcall>(Cast.Dummy0));
        Assert.False(_pages[0].Page.TryTake(0, out _));
    }

    [Fact]
    public void Vcpus_are_unpaused_when_the_last_emulator_is_attached_and_only_once()
    {
        Attach(Cast.Dummy0);
        Assert.Equal(
            [(Cast.Vcpu0, 0), (Cast.Vcpu1, 0), (Cast.Vcpu0, 1), (Cast.Vcpu1, 1)],
            _port.TakeAll().Select(sent => (sent.To, Assert.IsType<DeviceStatus>(sent.Message).Device)));

        Attach(Cast.Dummy1);
        Assert.Equal([Cast.Vcpu0, Cast.Vcpu1], _port.TakeAll().Where(sent => sent.Message is PowerOn).Select(sent => sent.To));

        KillProcess0();
        Attach(Cast.Dummy0, life: 1);
        Assert.DoesNotContain(_port.TakeAll(), sent => sent.Message is PowerOn);
    }

    [Fact]
    public void Forwarded_write_fills_the_slot_and_raises_the_port()
    {
        AttachBoth();

        Forward(Cast.Vcpu1, 1, Cast.Base + 0xf8, 0x9003000500000000);

        Assert.Equal(new EventUpcall(Cast.Hub, 2), _port.Take<EventUpcall>(Cast.Dummy0));
        var slot = _pages[0].Page.Read(1);
        Assert.Equal((0xfed900f8UL, 0x9003000500000000UL, 1u, 8u), (slot.Address, slot.Data, slot.Count, slot.Size));
        Assert.Equal((IoreqState.Ready, false, IoreqType.Copy), (slot.State, slot.IsRead, slot.Type));
        Assert.Equal(IoreqState.None, _pages[0].Page.StateOf(0));
        _port.NothingSent();
    }

    [Fact]
    public void Write_goes_to_the_emulator_of_its_range()
    {
        AttachBoth();

        Forward(Cast.Vcpu0, 0, Cast.SecondBase + 0xf8, 1);

        _port.Take<EventUpcall>(Cast.Dummy1);
        Assert.Equal(IoreqState.None, _pages[0].Page.StateOf(0));
        Assert.Equal(IoreqState.Ready, _pages[1].Page.StateOf(0));
    }

    [Fact]
    public void Events_coalesce_while_the_port_is_pending()
    {
        AttachBoth();
        Forward(Cast.Vcpu0, 0, Cast.Base + 0xf8, 1);
        _port.Take<EventUpcall>(Cast.Dummy0);
        Answer(0);
        _port.Take<MmioDone>(Cast.Vcpu0);

        // The emulator has answered, but its port is still pending: the next request needs no second upcall.
        Forward(Cast.Vcpu0, 0, Cast.Base + 0xf8, 2);
        _port.NothingSent();
        Assert.True(_pages[0].ClearPending(new EventPort(1)));
        Assert.True(_pages[0].Page.TryTake(0, out var request));
        Assert.Equal(2UL, request.Data);
    }

    [Fact]
    public void Answered_slot_frees_its_vcpu()
    {
        AttachBoth();
        Forward(Cast.Vcpu1, 1, Cast.Base + 0xf8, 1);
        _port.Take<EventUpcall>(Cast.Dummy0);

        Answer(1);

        _port.Take<MmioDone>(Cast.Vcpu1);
        _port.NothingSent();
        Assert.Equal(IoreqState.None, _pages[0].Page.StateOf(1));
    }

    [Fact]
    public void Event_before_the_answer_frees_nobody()
    {
        AttachBoth();
        Forward(Cast.Vcpu0, 0, Cast.Base + 0xf8, 1);
        _port.Take<EventUpcall>(Cast.Dummy0);
        _pages[0].Page.TryTake(0, out _);

        _hub.Receive(new EventUpcall(Cast.Dummy0, 1));

        _port.NothingSent();
    }

    [Fact]
    public void Event_for_an_idle_slot_is_ignored()
    {
        AttachBoth();
        _hub.Receive(new EventUpcall(Cast.Dummy0, 1));
        _port.NothingSent();
    }

    [Fact]
    public void Unclaimed_access_reads_all_ones_and_a_write_vanishes()
    {
        AttachBoth();
        _hub.Receive(new MmioAccess(Cast.Vcpu0, 0xfeda0000, 4, IsWrite: false, 0));
        Assert.Equal(ulong.MaxValue, _port.Take<MmioDone>(Cast.Vcpu0).Value);

        _hub.Receive(new MmioAccess(Cast.Vcpu0, 0xfeda0000, 4, IsWrite: true, 7));
        _port.Take<MmioDone>(Cast.Vcpu0);
        _port.NothingSent();
    }

    [Fact]
    public void Write_is_dropped_when_no_emulator_is_attached()
    {
        Forward(Cast.Vcpu0, 0, Cast.Base + 0xf8, 1);
        _port.Take<MmioDone>(Cast.Vcpu0);
    }

    [Fact]
    public void Access_that_leaves_the_range_is_nobodys()
    {
        AttachBoth();
        Forward(Cast.Vcpu0, 0, Cast.Base + 0xffc, 1);
        _port.Take<MmioDone>(Cast.Vcpu0);
    }

    [Fact]
    public void Slot_that_goes_backwards_crashes_the_domain()
    {
        AttachBoth();
        Forward(Cast.Vcpu0, 0, Cast.Base + 0xf8, 1);
        _port.Take<EventUpcall>(Cast.Dummy0);
        _pages[0].Page.TryTake(0, out _);
        _hub.Receive(new EventUpcall(Cast.Dummy0, 1));
        _pages[0].Page.SetState(0, IoreqState.Ready);

        _hub.Receive(new EventUpcall(Cast.Dummy0, 1));

        _port.Take<DomainCrashed>(Cast.Vcpu0);
        _port.Take<DomainCrashed>(Cast.Vcpu1);
        _port.NothingSent();
    }

    [Fact]
    public void Orderly_destroy_frees_a_waiting_vcpu_and_tells_unit_and_guest()
    {
        AttachBoth();
        Forward(Cast.Vcpu1, 1, Cast.Base + 0xf8, 1);
        _port.TakeAll();

        Assert.Equal(-2, Call(Cast.Dummy0, AttachStep.Destroy, id: 1).Errno);
        _hub.Receive(new AttachCall(Cast.Dummy0, AttachStep.Destroy, 0, 0, 0));

        Assert.Equal(ulong.MaxValue, _port.Take<MmioDone>(Cast.Vcpu1).Value);
        Assert.False(_port.Take<EmulatorAttached>(Cast.Unit0).Attached);
        Assert.Equal([0, 0, 1, 1], new[] { Absent(Cast.Vcpu0), Absent(Cast.Vcpu1), Absent(Cast.Vcpu0), Absent(Cast.Vcpu1) });
        Assert.Equal(0, _port.Take<AttachReply>(Cast.Dummy0).Errno);
        Forward(Cast.Vcpu0, 0, Cast.Base + 0xf8, 1);
        _port.Take<MmioDone>(Cast.Vcpu0);
        Attach(Cast.Dummy0);
    }

    [Fact]
    public void Dead_emulator_frees_its_vcpu_with_all_ones_once_every_party_is_reaped()
    {
        AttachBoth();
        Forward(Cast.Vcpu1, 1, Cast.Base + 0xf8, 1);
        _port.TakeAll();
        _hub.Receive(new Reaped(Cast.Memory, Cast.Dummy0));
        _hub.Receive(new Reaped(Cast.Memory, Cast.Dummy0));
        _hub.Receive(new Reaped(Cast.Memory, Cast.Device1));
        _port.NothingSent();

        _hub.Receive(new Reaped(Cast.Memory, Cast.Device0));

        Assert.Equal(ulong.MaxValue, _port.Take<MmioDone>(Cast.Vcpu1).Value);
        Assert.Equal(new EmulatorAttached(Cast.Hub, false, Cast.Dummy0), _port.Take<EmulatorAttached>(Cast.Unit0));
        Assert.Equal(
            [(Cast.Vcpu0, 0), (Cast.Vcpu1, 0), (Cast.Vcpu0, 1), (Cast.Vcpu1, 1)],
            Enumerable.Range(0, 4).Select(i => (i % 2 == 0 ? Cast.Vcpu0 : Cast.Vcpu1, Absent(i % 2 == 0 ? Cast.Vcpu0 : Cast.Vcpu1))));
        // Only now may the process be started again.
        Assert.Equal([Cast.Dummy0, Cast.Device0, Cast.Device1], _port.TakeAll().Select(sent => Assert.IsType<Reaped>(sent.Message).Party));
    }

    [Fact]
    public void Party_that_is_reaped_while_its_process_attaches_counts_once_the_others_are()
    {
        _hub.Receive(new Reaped(Cast.Memory, Cast.Device1));
        AttachBoth();
        _hub.Receive(new Reaped(Cast.Memory, Cast.Dummy0));
        _hub.Receive(new Reaped(Cast.Memory, Cast.Device0));
        Assert.False(_port.Take<EmulatorAttached>(Cast.Unit0).Attached);
    }

    [Fact]
    public void Range_of_a_dead_emulator_is_nobodys()
    {
        AttachBoth();
        KillProcess0();

        Forward(Cast.Vcpu0, 0, Cast.Base + 0xf8, 1);

        Assert.Equal(ulong.MaxValue, _port.Take<MmioDone>(Cast.Vcpu0).Value);
    }

    [Fact]
    public void Event_of_a_dead_emulator_reaches_nobody()
    {
        AttachBoth();
        KillProcess0();

        _hub.Receive(new EventUpcall(Cast.Dummy0, 1));

        _port.NothingSent();
    }

    [Fact]
    public void Emulator_that_comes_back_attaches_and_is_served()
    {
        AttachBoth();
        KillProcess0();
        // Its ports have the numbers of its predecessor, which were closed; Attach takes the binding's event for each.
        Attach(Cast.Dummy0, life: 1);
        _port.TakeAll();
        Assert.True(_pages[0].ClearPending(new EventPort(1)));

        Forward(Cast.Vcpu0, 0, Cast.Base + 0xf8, 5);

        _port.Take<EventUpcall>(Cast.Dummy0);
        Assert.Equal(5UL, _pages[0].Page.Read(0).Data);
    }

    [Fact]
    public void Device_that_died_alone_is_gone_for_everyone_and_may_come_back()
    {
        AttachBoth();

        _hub.Receive(new Reaped(Cast.Memory, Cast.Device1, Alone: true));

        var gone = new DevicePresence(Cast.Hub, Cast.Device1, DeviceStep.Gone, 0);
        Assert.Equal(gone, _port.Take<DevicePresence>(Cast.Unit0));
        Assert.Equal(gone, _port.Take<DevicePresence>(Cast.Dummy0));
        Assert.Equal((1, 1), (Absent(Cast.Vcpu0), Absent(Cast.Vcpu1)));
        Assert.Equal(new Reaped(Cast.Hub, Cast.Device1, Alone: true), _port.Take<Reaped>(Cast.Device1));
        _port.NothingSent();
    }

    [Fact]
    public void Device_comes_back_when_unit_and_dummy_count_on_it_and_the_guest_hears_of_it_last()
    {
        AttachBoth();
        _hub.Receive(new Reaped(Cast.Memory, Cast.Device1, Alone: true));
        _port.TakeAll();

        Step(Cast.Device1, DeviceStep.Ready, 1);
        var expected = new DevicePresence(Cast.Hub, Cast.Device1, DeviceStep.Expected, 1);
        Assert.Equal(expected, _port.Take<DevicePresence>(Cast.Unit0));
        Assert.Equal(expected, _port.Take<DevicePresence>(Cast.Dummy0));
        Step(Cast.Dummy0, DeviceStep.Expected, 1);
        _port.NothingSent();
        Step(Cast.Unit0, DeviceStep.Expected, 1);
        Assert.Equal(
            new DevicePresence(Cast.Hub, Cast.Device1, DeviceStep.Start, 1), _port.Take<DevicePresence>(Cast.Device1));
        _port.NothingSent();
        Step(Cast.Device1, DeviceStep.Running, 1);

        Assert.Equal(
            [(Cast.Vcpu0, new DeviceStatus(Cast.Hub, 1, true)), (Cast.Vcpu1, new DeviceStatus(Cast.Hub, 1, true))],
            _port.TakeAll().Select(sent => (sent.To, (DeviceStatus)sent.Message)));
    }

    [Fact]
    public void What_is_said_of_an_earlier_life_starts_nothing()
    {
        AttachBoth();
        _hub.Receive(new Reaped(Cast.Memory, Cast.Device1, Alone: true));
        Step(Cast.Device1, DeviceStep.Ready, 1);
        Step(Cast.Device1, DeviceStep.Ready, 2);
        _port.TakeAll();

        Step(Cast.Unit0, DeviceStep.Expected, 1);
        Step(Cast.Dummy0, DeviceStep.Expected, 1);
        Step(Cast.Device1, DeviceStep.Running, 1);

        _port.NothingSent();
    }

    [Fact]
    public void Devices_of_a_process_that_comes_back_are_there_one_by_one()
    {
        AttachBoth();
        KillProcess0();
        Step(Cast.Device1, DeviceStep.Ready, 1);
        _port.NothingSent(); // nobody is there to count on it

        Attach(Cast.Dummy0, life: 1);

        Assert.Equal(new DevicePresence(Cast.Hub, Cast.Device0, DeviceStep.Gone, 0), _port.Take<DevicePresence>(Cast.Unit0));
        Assert.Equal(new DevicePresence(Cast.Hub, Cast.Device1, DeviceStep.Gone, 0), _port.Take<DevicePresence>(Cast.Unit0));
        Assert.Equal(DeviceStep.Expected, _port.Take<DevicePresence>(Cast.Unit0).Step);
        Assert.Equal(DeviceStep.Expected, _port.Take<DevicePresence>(Cast.Dummy0).Step);
        _port.NothingSent();
    }

    [Fact]
    public void Process_that_dies_while_one_of_its_devices_is_away_tells_the_guest_of_the_others_only()
    {
        AttachBoth();
        _hub.Receive(new Reaped(Cast.Memory, Cast.Device1, Alone: true));
        _port.TakeAll();

        foreach (var party in new[] { Cast.Dummy0, Cast.Device0, Cast.Device1 }) _hub.Receive(new Reaped(Cast.Memory, party));

        Assert.False(_port.Take<EmulatorAttached>(Cast.Unit0).Attached);
        Assert.Equal((0, 0), (Absent(Cast.Vcpu0), Absent(Cast.Vcpu1)));
        Assert.Equal(3, _port.TakeAll().Count(sent => sent.Message is Reaped { Alone: false }));
    }

    [Fact]
    public void Hypercall_that_the_dead_had_under_way_leaves_nothing_behind()
    {
        AttachUpTo(Cast.Dummy0, AttachStep.Create);
        KillProcess0();

        _hub.Receive(new AttachCall(Cast.Dummy0, AttachStep.CreateServer, 0, 0, 0));
        _port.NothingSent();

        Attach(Cast.Dummy0, life: 1);
        _hub.Receive(new AttachCall(Cast.Dummy0, AttachStep.CreateServer, 0, 0, 0));
        Assert.DoesNotContain(_port.TakeAll(), sent => sent.Message is AttachReply);
    }

    [Fact]
    public void Reply_comes_back_with_the_mark_of_the_life_that_asked()
    {
        _hub.Receive(new AttachCall(Cast.Dummy0, AttachStep.QueryCapabilities, 0, 0, 0).Marked(3));
        Assert.Equal(3, _port.Take<AttachReply>(Cast.Dummy0).Life);
    }

    [Fact]
    public void Foreign_message_is_a_wiring_mistake() =>
        Assert.Throws<UnhandledMessageException>(() => _hub.Receive(new DmaDone(Cast.Memory, 0)));

    private int Absent(NodeId vcpu)
    {
        var status = _port.Take<DeviceStatus>(vcpu);
        Assert.False(status.Present);
        return status.Device;
    }

    private void AttachBoth()
    {
        Attach(Cast.Dummy0);
        _port.TakeAll();
        Attach(Cast.Dummy1);
        _pages[0].ClearPending(new EventPort(1));
        _pages[0].ClearPending(new EventPort(2));
        _pages[1].ClearPending(new EventPort(1));
        _pages[1].ClearPending(new EventPort(2));
        _port.TakeAll();
    }

    private void Attach(NodeId dummy, int life = 0)
    {
        AttachUpTo(dummy, AttachStep.EnableServer, life);
        Bind(dummy, 0, life);
        Bind(dummy, 1, life);
        var start = dummy == Cast.Dummy0 ? Cast.Base : Cast.SecondBase;
        Assert.Equal(0, Call(dummy, AttachStep.MapRange, start: start, end: start + 0xfff, life: life).Errno);
        _port.Take<EmulatorAttached>(dummy == Cast.Dummy0 ? Cast.Unit0 : Cast.Unit1);
    }

    private void AttachUpTo(NodeId dummy, AttachStep last, int life = 0)
    {
        for (var step = AttachStep.QueryCapabilities; step <= last; step++)
            Assert.Equal(0, Call(dummy, step, start: dummy == Cast.Dummy0 ? Cast.Base : Cast.SecondBase, life: life).Errno);
    }

    private (int Errno, ulong Value) Bind(NodeId dummy, int vcpu, int life = 0)
    {
        _hub.Receive(new AttachCall(dummy, AttachStep.BindPorts, vcpu, 0, 0).Marked(life));
        _port.Take<EventUpcall>(dummy);
        var reply = _port.Take<AttachReply>(dummy);
        return (reply.Errno, reply.Value);
    }

    private (int Errno, ulong Value) Call(NodeId dummy, AttachStep step, int id = 0, ulong start = 0, ulong end = 0, int life = 0)
    {
        _hub.Receive(new AttachCall(dummy, step, id, start, end).Marked(life));
        var reply = _port.Take<AttachReply>(dummy);
        Assert.Equal(step, reply.Step);
        return (reply.Errno, reply.Value);
    }

    private void Forward(NodeId vcpu, int index, ulong address, ulong value) =>
        _hub.Receive(new Unhandleable(Cast.Unit0, vcpu, index, address, 8, IsWrite: true, value));

    private void Answer(int vcpu)
    {
        Assert.True(_pages[0].Page.TryTake(vcpu, out _));
        Assert.True(_pages[0].Page.TryRespond(vcpu, 0));
        _hub.Receive(new EventUpcall(Cast.Dummy0, vcpu + 1));
    }

    private void Step(NodeId from, DeviceStep step, int life) => _hub.Receive(new DevicePresence(from, Cast.Device1, step, life));

    private void KillProcess0()
    {
        foreach (var party in new[] { Cast.Dummy0, Cast.Device0, Cast.Device1 }) _hub.Receive(new Reaped(Cast.Memory, party));
        _port.TakeAll();
    }
}
