using VIommuActors.Machine.Hypervisor;
using VIommuActors.Machine.Tests.Support;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Machine.Tests.Hypervisor;

public sealed class VIommuTests : IUnitObserver
{
    private readonly RecordingPort _port = new(Cast.Unit1);
    private readonly GuestRam _ram = new(64UL << 20);
    private readonly ScriptedProtocol _design = new();
    private readonly VIommu _unit;
    private readonly List<string> _observed = [];

    public VIommuTests() =>
        _unit = new VIommu(_port, Cast.Guest, 1, new VtdOptions(), _ram, _design, Cast.NoOptions, this);

    void IUnitObserver.Fetched(int guest, int unit, ulong low, ulong high) => _observed.Add($"{guest}.{unit} fetched {low:x} {high:x}");

    void IUnitObserver.Status(int guest, int unit, GuestPhysical address, uint data) => _observed.Add($"{guest}.{unit} status {address} {data}");

    [Fact]
    public void Offsets_count_from_the_base_of_this_unit()
    {
        Write(Cast.SecondBase + 0x20, 0x10000000);
        _port.Take<MmioDone>(Cast.Vcpu0);

        Assert.Equal(0x10000000UL, Read(Cast.SecondBase + 0x20));
        Assert.Equal(0x10UL, Read(Cast.SecondBase, 4));
    }

    [Fact]
    public void Read_is_answered_to_the_vcpu_that_asked()
    {
        _unit.Receive(new MmioAccess(Cast.Vcpu1, Cast.SecondBase, 4, IsWrite: false, 0, Purpose.Other));

        Assert.Equal(new MmioDone(Cast.Unit1, 0x10, Purpose.Other), _port.Take<MmioDone>(Cast.Vcpu1));
    }

    [Fact]
    public void Refused_write_goes_to_the_ioreq_server_after_the_unit_has_seen_it()
    {
        _design.RefusesNext = true;
        _design.Completes = false;

        Write(Cast.SecondBase + 0xf8, 0x90000000_00000000, Cast.Vcpu1);

        Assert.Single(_design.Flushes);
        Assert.Equal(
            new Unhandleable(Cast.Unit1, Cast.Vcpu1, 1, Cast.SecondBase + 0xf8, 8, IsWrite: true, 0x90000000_00000000),
            _port.Take<Unhandleable>(Cast.Hub));
        _port.NothingSent();
    }

    [Fact]
    public void Reads_are_answered_while_writes_are_held()
    {
        _design.Admits = false;
        Write(Cast.SecondBase + 0x20, 0x10000000);
        _port.NothingSent();

        Assert.Equal(0UL, Read(Cast.SecondBase + 0x20, 8, Cast.Vcpu1));
    }

    [Fact]
    public void Held_writes_take_effect_in_the_order_in_which_they_came()
    {
        _design.Admits = false;
        Write(Cast.SecondBase + 0x20, 0x10000000);
        Write(Cast.SecondBase + 0x20, 0x20000000, Cast.Vcpu1);

        _design.Admits = true;
        _unit.Resume();

        _port.Take<MmioDone>(Cast.Vcpu0);
        _port.Take<MmioDone>(Cast.Vcpu1);
        Assert.Equal(0x20000000UL, Read(Cast.SecondBase + 0x20));
    }

    [Fact]
    public void Write_that_would_be_admitted_waits_behind_one_that_is_held()
    {
        _design.Admits = false;
        Write(Cast.SecondBase + 0x20, 0x10000000);
        _design.Admits = true;

        Write(Cast.SecondBase + 0x20, 0x20000000, Cast.Vcpu1);
        _port.NothingSent();
        _unit.Resume();

        Assert.Equal(2, _port.TakeAll().Count);
        Assert.Equal(0x20000000UL, Read(Cast.SecondBase + 0x20));
    }

    [Fact]
    public void Resume_stops_where_the_design_holds_the_next_write()
    {
        _design.Admits = false;
        Write(Cast.SecondBase + 0x20, 0x10000000);

        _unit.Resume();

        _port.NothingSent();
    }

    [Fact]
    public void Emulator_comes_and_goes_by_the_ioreq_servers_word()
    {
        Assert.False(_unit.EmulatorAttached);
        _unit.Receive(new EmulatorAttached(Cast.Hub, true, Cast.Dummy1));
        Assert.True(_unit.EmulatorAttached);
        Assert.Equal(0, _design.EmulatorsGone);

        _unit.Receive(new EmulatorAttached(Cast.Hub, false, Cast.Dummy1));

        Assert.False(_unit.EmulatorAttached);
        Assert.Equal(1, _design.EmulatorsGone);
    }

    [Fact]
    public void Devices_behind_another_unit_do_not_exist_here()
    {
        Assert.Equal(Cast.Device2, _unit.DeviceOf(new SourceId(0x28)));
        Assert.Equal(NodeId.None, _unit.DeviceOf(new SourceId(0x30)));
    }

    [Fact]
    public void Device_that_went_is_not_found_until_it_is_expected_again()
    {
        var source = new SourceId(0x28);
        _unit.Receive(new DevicePresence(Cast.Hub, Cast.Device2, DeviceStep.Gone, 0));
        _unit.Receive(new DevicePresence(Cast.Hub, Cast.Device2, DeviceStep.Gone, 0));
        Assert.Equal(NodeId.None, _unit.DeviceOf(source));
        Assert.Equal([source], _design.DevicesGone);
        _port.NothingSent();

        _unit.Receive(new DevicePresence(Cast.Hub, Cast.Device2, DeviceStep.Expected, 1));

        Assert.Equal(Cast.Device2, _unit.DeviceOf(source));
        Assert.Equal(new DevicePresence(Cast.Unit1, Cast.Device2, DeviceStep.Expected, 1), _port.Take<DevicePresence>(Cast.Hub));
        Assert.Single(_design.DevicesGone);
    }

    [Fact]
    public void Device_that_is_expected_while_it_was_thought_to_be_there_had_gone()
    {
        _unit.Receive(new DevicePresence(Cast.Hub, Cast.Device2, DeviceStep.Expected, 1));

        Assert.Equal([new SourceId(0x28)], _design.DevicesGone);
        Assert.Equal(Cast.Device2, _unit.DeviceOf(new SourceId(0x28)));
    }

    [Fact]
    public void Interrupt_of_the_unit_goes_to_the_first_vcpu()
    {
        Write(Cast.SecondBase + 0xa8, 0xfee00000, size: 4);
        Write(Cast.SecondBase + 0xa4, 0x31, size: 4);
        Write(Cast.SecondBase + 0xa0, 0, size: 4);
        StartQueue((0x15, 0));

        var interrupt = Assert.Single(_port.TakeAll(), sent => sent.Message is UnitInterrupt);
        Assert.Equal((Cast.Vcpu0, new UnitInterrupt(Cast.Unit1, 1, 0xfee00000, 0x31)), (interrupt.To, interrupt.Message));
    }

    [Fact]
    public void Observer_hears_of_descriptors_and_status_writes()
    {
        StartQueue((0xd2, 0), (0x0000000200000025, 0x5004));

        Assert.Equal(["0.1 fetched d2 0", "0.1 fetched 200000025 5004", "0.1 status 0x5004 2"], _observed);
    }

    [Fact]
    public void Message_that_the_design_does_not_know_is_a_wiring_mistake()
    {
        _unit.Receive(new QueryCall(Cast.Dummy1));
        Assert.Single(_design.Taken);

        var failure = Assert.Throws<UnhandledMessageException>(() => _unit.Receive(new PowerOn(Cast.Hub)));
        Assert.Contains("PowerOn", failure.Message, StringComparison.Ordinal);
    }

    private void StartQueue(params (ulong Low, ulong High)[] descriptors)
    {
        for (var i = 0; i < descriptors.Length; i++)
        {
            _ram.Write64(new GuestPhysical(0x4000 + ((ulong)i * 16)), descriptors[i].Low);
            _ram.Write64(new GuestPhysical(0x4008 + ((ulong)i * 16)), descriptors[i].High);
        }
        Write(Cast.SecondBase + 0x90, 0x4000);
        Write(Cast.SecondBase + 0x18, 0x04000000, size: 4);
        Write(Cast.SecondBase + 0x88, (ulong)descriptors.Length * 16, size: 4);
    }

    private void Write(ulong address, ulong value, NodeId? vcpu = null, int size = 8) =>
        _unit.Receive(new MmioAccess(vcpu ?? Cast.Vcpu0, address, size, IsWrite: true, value));

    private ulong Read(ulong address, int size = 8, NodeId? vcpu = null)
    {
        _unit.Receive(new MmioAccess(vcpu ?? Cast.Vcpu0, address, size, IsWrite: false, 0));
        return _port.Take<MmioDone>(vcpu ?? Cast.Vcpu0).Value;
    }
}
