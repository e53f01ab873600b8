using VIommuActors.Machine.DeviceModel;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Machine.Tests.Support;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Xen.Events;
using VIommuActors.Xen.Hypercalls;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Machine.Tests.DeviceModel;

public sealed class DummyVIommuTests
{
    private static readonly XenDomainId Guest = new(1), Emulator = new(0x4000);

    private readonly RecordingPort _port = new(Cast.Dummy0);
    private readonly EventChannels _channels = new();
    private readonly SharedPages _shared;
    private readonly ScriptedProtocol _design = new();
    private readonly DummyVIommu _dummy;
    private readonly EventPort[] _xenPorts = new EventPort[2];

    public DummyVIommuTests()
    {
        _shared = new SharedPages(_channels, Emulator, 2);
        _dummy = new DummyVIommu(_port, Cast.Guest, 0, _shared, _design, Cast.NoOptions);
    }

    [Fact]
    public void Start_up_makes_its_hypercalls_in_Xens_order()
    {
        _dummy.Receive(new PowerOn(NodeId.None));
        Assert.Equal(new AttachCall(Cast.Dummy0, AttachStep.QueryCapabilities, 0, 0, 0), _port.Take<AttachCall>(Cast.Hub));
        Reply(AttachStep.QueryCapabilities, 6);
        Assert.Equal(new AttachCall(Cast.Dummy0, AttachStep.Create, 0, Cast.Base, 0), _port.Take<AttachCall>(Cast.Hub));
        Reply(AttachStep.Create, 0);
        Assert.Equal(AttachStep.CreateServer, _port.Take<AttachCall>(Cast.Hub).Step);
        Reply(AttachStep.CreateServer, 3);
        Assert.Equal(new AttachCall(Cast.Dummy0, AttachStep.EnableServer, 3, 0, 0), _port.Take<AttachCall>(Cast.Hub));
        Reply(AttachStep.EnableServer, 0);
        Assert.Equal(new AttachCall(Cast.Dummy0, AttachStep.BindPorts, 0, 0, 0), _port.Take<AttachCall>(Cast.Hub));
        Reply(AttachStep.BindPorts, 1);
        Assert.Equal(new AttachCall(Cast.Dummy0, AttachStep.BindPorts, 1, 0, 0), _port.Take<AttachCall>(Cast.Hub));
        Reply(AttachStep.BindPorts, 2);
        Assert.Equal(new AttachCall(Cast.Dummy0, AttachStep.MapRange, 0, Cast.Base, Cast.Base + 0xfff), _port.Take<AttachCall>(Cast.Hub));
        Reply(AttachStep.MapRange, 0);
        _port.NothingSent();
    }

    [Fact]
    public void Capabilities_beyond_what_is_wanted_are_accepted_and_missing_ones_refused()
    {
        Reply(AttachStep.QueryCapabilities, 0xff);
        _port.Take<AttachCall>(Cast.Hub);

        Assert.Throws<InvalidOperationException>(() => Reply(AttachStep.QueryCapabilities, 4));
    }

    [Fact]
    public void Failed_step_ends_the_start_up_with_its_error()
    {
        var failure = Assert.Throws<InvalidOperationException>(
            () => _dummy.Receive(new AttachReply(Cast.Hub, AttachStep.CreateServer, -28, 0)));
        Assert.Contains("ENOSPC", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_devices_behind_its_own_unit_are_its_devices()
    {
        Assert.Equal([Cast.Device0, Cast.Device1], _dummy.Devices.AsEnumerable());
        Assert.Equal(Cast.Unit0, _dummy.Hypervisor);
    }

    [Fact]
    public void Device_that_went_is_nobody_to_wait_for_and_one_that_is_expected_is_there_before_anyone_hears_of_it()
    {
        _dummy.Receive(new DevicePresence(Cast.Hub, Cast.Device0, DeviceStep.Gone, 0));
        Assert.Equal([Cast.Device1], _dummy.Devices.AsEnumerable());
        Assert.Equal([Cast.Device0], _design.DevicesGone);
        _port.NothingSent();

        _dummy.Receive(new DevicePresence(Cast.Hub, Cast.Device0, DeviceStep.Expected, 1));

        Assert.Equal([Cast.Device0, Cast.Device1], _dummy.Devices.AsEnumerable());
        Assert.Equal(new DevicePresence(Cast.Dummy0, Cast.Device0, DeviceStep.Expected, 1), _port.Take<DevicePresence>(Cast.Hub));
        Assert.Single(_design.DevicesGone);
    }

    [Fact]
    public void Device_that_is_expected_while_it_was_thought_to_be_there_had_gone()
    {
        _dummy.Receive(new DevicePresence(Cast.Hub, Cast.Device1, DeviceStep.Expected, 2));

        Assert.Equal([Cast.Device1], _design.DevicesGone);
        Assert.Equal([Cast.Device0, Cast.Device1], _dummy.Devices.AsEnumerable());
    }

    [Fact]
    public void Dummy_of_a_process_that_died_begins_without_devices()
    {
        _dummy.Receive(new PowerOn(Cast.Dummy0, Again: true));
        Assert.Empty(_dummy.Devices);
    }

    [Fact]
    public void Request_is_passed_to_the_design_and_answered_at_once()
    {
        Attached();
        Request(1, Ioreq.MmioWrite(Cast.Base + 0xf8, 0x9003000500000000, 8));

        _dummy.Receive(new EventUpcall(Cast.Hub, 2));

        Assert.Equal([(Cast.Base + 0xf8, 0x9003000500000000UL)], _design.Forwards);
        Assert.Equal(IoreqState.ResponseReady, _shared.Page.StateOf(1));
        Assert.Equal(new EventUpcall(Cast.Dummy0, 2), _port.Take<EventUpcall>(Cast.Hub));
        _port.NothingSent();
    }

    [Fact]
    public void Pending_bit_is_clear_before_the_request_is_looked_at()
    {
        Attached();
        var raisedMeanwhile = false;
        // A request of the other vCPU comes while the first one is served: its event must not be swallowed.
        _design.OnForwarded = _ => raisedMeanwhile = _channels.NotifyFromXen(Guest, _xenPorts[0]).Upcall;
        Request(0, Ioreq.MmioWrite(Cast.Base + 0xf8, 1, 8));
        Assert.False(_channels.NotifyFromXen(Guest, _xenPorts[0]).Upcall);

        _dummy.Receive(new EventUpcall(Cast.Hub, 1));

        Assert.True(raisedMeanwhile);
    }

    [Fact]
    public void One_event_serves_every_slot_that_is_ready()
    {
        Attached();
        Request(0, Ioreq.MmioWrite(Cast.Base + 0xf8, 1, 8));
        Request(1, Ioreq.MmioWrite(Cast.Base + 0xf8, 2, 8));

        _dummy.Receive(new EventUpcall(Cast.Hub, 1));

        Assert.Equal([1UL, 2UL], _design.Forwards.Select(forward => forward.Value));
        Assert.Equal([1, 2], _port.TakeAll().Select(sent => Assert.IsType<EventUpcall>(sent.Message).Port));
    }

    [Fact]
    public void Spurious_event_does_nothing()
    {
        Attached();
        _dummy.Receive(new EventUpcall(Cast.Hub, 1));
        _port.NothingSent();
        Assert.Empty(_design.Forwards);
    }

    [Fact]
    public void Forwarded_read_is_answered_with_all_ones_and_is_no_business_of_the_design()
    {
        Attached();
        Request(0, Ioreq.MmioRead(Cast.Base + 0x34, 4));

        _dummy.Receive(new EventUpcall(Cast.Hub, 1));

        Assert.Empty(_design.Forwards);
        Assert.Equal(ulong.MaxValue, _shared.Page.Read(0).Data);
    }

    [Fact]
    public void Conversation_of_the_design_reaches_it_and_anything_else_is_a_wiring_mistake()
    {
        _dummy.Receive(new DrainAck(Cast.Device0, 1));
        Assert.Single(_design.Taken);
        Assert.Throws<UnhandledMessageException>(() => _dummy.Receive(new MmioDone(Cast.Hub, 0)));
    }

    private void Reply(AttachStep step, ulong value) => _dummy.Receive(new AttachReply(Cast.Hub, step, 0, value));

    /// <summary>Binds both ports as the hypervisor does and leaves them not pending.</summary>
    private void Attached()
    {
        for (var vcpu = 0; vcpu < 2; vcpu++)
        {
            _channels.AllocUnboundForXen(Guest, Emulator, vcpu, out _xenPorts[vcpu]);
            _channels.BindInterdomain(Emulator, Guest, _xenPorts[vcpu], out var local);
            _shared.Page.SetPort(vcpu, _xenPorts[vcpu]);
            Reply(AttachStep.BindPorts, local.Value);
            _shared.ClearPending(local);
        }
        _port.TakeAll();
    }

    private void Request(int vcpu, Ioreq request)
    {
        var slot = new IoreqSlot(_shared.Page, vcpu, _xenPorts[vcpu]);
        Assert.Equal(IoreqSend.Sent, slot.Send(request));
        _channels.NotifyFromXen(Guest, _xenPorts[vcpu]);
    }
}
