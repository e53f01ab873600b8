using VIommuActors.Actors.Parties;
using VIommuActors.Actors.Tests.Support;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Actors.Tests.Drain;

/// <summary>Step 4: the device finishes what it translated before, and only that.</summary>
public sealed class DeviceDrainSpec : PartySpec, IDeviceMeter
{
    public DeviceDrainSpec() => Host(Device, DmaDeviceActor.Props(Device, Wires, Nodes, 0, port =>
        new DmaDevice(port, Nodes, 0, new DeviceProfile(2, TranslationUse.PerPage, 0), Design, Options, this)));

    void IDeviceMeter.Served(long ns)
    {
    }

    void IDeviceMeter.Copied(long bytes)
    {
    }

    [Fact]
    public async Task Access_in_flight_is_acknowledged_when_it_has_taken_effect()
    {
        var access = await Touch(1);
        Assert.Equal((new Iova(0x10200567), new GuestPhysical(0x10100567)), (access.Iova, access.Address));

        Tell(Device, new Protocols.Messages.Drain(Dummy, 9, DrainScope.All));
        await HasHandledAll(Device);
        Nothing(Dummy);
        Tell(Device, new DmaDone(Nodes.Memory, access.Slot));

        Assert.Equal(new DrainAck(Device, 9), await Next<DrainAck>(Dummy));
        Assert.Equal(new DmaCompleted(Device, 1, false), await Next<DmaCompleted>(Vcpu));
    }

    [Fact]
    public async Task Request_that_starts_after_the_drain_is_not_waited_for()
    {
        var before = await Touch(1);
        Tell(Device, new Protocols.Messages.Drain(Dummy, 9, DrainScope.All));
        await Touch(2);

        Tell(Device, new DmaDone(Nodes.Memory, before.Slot));

        await Next<DrainAck>(Dummy);
    }

    [Fact]
    public async Task Idle_device_acknowledges_at_once()
    {
        Tell(Device, new Protocols.Messages.Drain(Dummy, 9, DrainScope.All));
        await Next<DrainAck>(Dummy);
    }

    private async Task<DmaAccess> Touch(long work)
    {
        Tell(Device, new Doorbell(Vcpu, work, [new DmaSegment(new Iova(0x10200567), 64, true)], 1));
        var call = await Next<TranslateCall>(Unit);
        Tell(Device, new TranslateReply(
            Unit, call.Slot, call.Iova, 0, new GuestPhysical(0x10100567), 0xfff, Permission.ReadWrite, new DomainId(5)));
        return await Next<DmaAccess>(Nodes.Memory);
    }
}
