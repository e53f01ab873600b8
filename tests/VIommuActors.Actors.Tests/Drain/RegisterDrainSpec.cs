using VIommuActors.Actors.Parties;
using VIommuActors.Actors.Tests.Support;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;
using VIommuActors.Xen.Events;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Actors.Tests.Drain;

/// <summary>The drain proposal with IOTLB_REG, step by step: the unit is real, everybody else is a probe.</summary>
public sealed class RegisterDrainSpec : PartySpec
{
    private const ulong InvalidatePages = 0xb0030005_00000000;

    public RegisterDrainSpec()
    {
        Host(Unit, VIommuActor.Props(Unit, Wires, port => new VIommu(port, Nodes, 0, new VtdOptions(), Ram, Design, Options, null)));
        Tell(Unit, new EmulatorAttached(Nodes.Hub, true, Dummy));
    }

    [Fact]
    public async Task Address_register_is_written_without_anybody_elses_help()
    {
        Write(0xf0, 0x10200042);

        await Next<MmioDone>(Vcpu);
        Nothing(Nodes.Hub);
    }

    [Fact]
    public async Task Command_is_refused_after_the_flush_and_the_vcpu_stays_blocked()
    {
        await Invalidate();

        var refused = await Next<Unhandleable>(Nodes.Hub);
        Assert.Equal(new Unhandleable(Unit, Vcpu, 0, 0xfed900f8, 8, true, InvalidatePages), refused);
        await HasHandledAll(Unit);
        Nothing(Vcpu);
    }

    [Fact]
    public async Task Poll_reads_ivt_set_and_is_never_forwarded()
    {
        await Invalidate();
        await Next<Unhandleable>(Nodes.Hub);

        Assert.Equal(InvalidatePages, await Read(0xf8));
        Assert.Equal(InvalidatePages, await Read(0xf8));

        Nothing(Nodes.Hub);
    }

    [Fact]
    public async Task Query_names_the_epoch_of_the_flush()
    {
        await Invalidate();

        Tell(Unit, new QueryCall(Dummy, 1));

        var scope = new DrainScope(false, new DomainId(5), new Iova(0x10200000), 4);
        Assert.Equal(new QueryReply(Unit, 1, true, scope, 1), await Next<QueryReply>(Dummy));
    }

    [Fact]
    public async Task Completion_of_an_older_drain_does_not_clear_ivt_and_that_of_the_right_one_does()
    {
        await Invalidate();
        Assert.Equal(0, await Complete(1));
        Assert.Equal(0x36030005_00000000UL, await Read(0xf8));
        await Invalidate();

        Assert.Equal(-114, await Complete(1));
        Assert.Equal(0xb6030005_00000000UL, await Read(0xf8));
        Assert.Equal(-116, await Complete(3));
        Assert.Equal(0xb6030005_00000000UL, await Read(0xf8));

        Assert.Equal(0, await Complete(2));
        Assert.Equal(0x36030005_00000000UL, await Read(0xf8));
    }

    [Theory]
    [InlineData(0x90030005_00000000, 0x12030005_00000000)] // everything
    [InlineData(0xa0030005_00000000, 0x24030005_00000000)] // one domain
    [InlineData(0xb0030005_00000000, 0x36030005_00000000)] // pages
    public async Task Completion_reports_the_granularity_performed(ulong command, ulong done)
    {
        Write(0xf8, command);
        await Next<Unhandleable>(Nodes.Hub);

        await Complete(1);

        Assert.Equal(done, await Read(0xf8));
    }

    [Fact]
    public async Task Doubled_completion_does_not_clear_the_next_command()
    {
        await Invalidate();
        Assert.Equal(0, await Complete(1));
        await Invalidate();

        Assert.Equal(-114, await Complete(1));

        Assert.Equal(0xb6030005_00000000UL, await Read(0xf8));
    }

    [Fact]
    public async Task Emulator_that_dies_in_the_middle_completes_the_command()
    {
        await Invalidate();
        Tell(Unit, new EmulatorAttached(Nodes.Hub, false, Dummy));

        Assert.Equal(0x36030005_00000000UL, await Read(0xf8));
    }

    [Fact]
    public async Task Ioreq_side_and_dummy_carry_the_write_on_and_free_the_vcpu_before_the_drain_has_ended()
    {
        // Steps 2 to 5 with the real ioreq server and the real dummy; the unit is a probe again.
        Table.Bind(Unit, Probe(Unit).Ref);
        Host(Nodes.Hub, IoreqServerActor.Props(Nodes.Hub, Wires, port => new IoreqServer(port, Nodes, Channels, [Shared])));
        Host(Dummy, DummyVIommuActor.Props(Dummy, Wires, Nodes, 0, port =>
            new Machine.DeviceModel.DummyVIommu(port, Nodes, 0, Shared, Design, Options)));
        Tell(Dummy, new PowerOn(Dummy));
        await Next<EmulatorAttached>(Unit);
        await Next<DeviceStatus>(Vcpu);
        await Next<PowerOn>(Vcpu);
        // The events of the fresh binding are over when the dummy has seen them.
        await HasHandledAll(Dummy);

        Tell(Nodes.Hub, new Unhandleable(Unit, Vcpu, 0, 0xfed900f8, 8, true, InvalidatePages));

        await Next<MmioDone>(Vcpu);
        var query = await Next<QueryCall>(Unit);
        Tell(Dummy, new QueryReply(Unit, 4, true, DrainScope.All, query.Number));
        Assert.Equal(4, (await Next<Protocols.Messages.Drain>(Device)).Epoch);
        Nothing(Unit);
        Assert.Equal(IoreqState.None, Shared.Page.StateOf(0));

        Tell(Dummy, new DrainAck(Device, 4));

        Assert.Equal(4, (await Next<DrainComplete>(Unit)).Epoch);
    }

    private async Task Invalidate()
    {
        Write(0xf0, 0x10200042);
        await Next<MmioDone>(Vcpu);
        Write(0xf8, InvalidatePages);
    }

    private async Task<int> Complete(long epoch)
    {
        Tell(Unit, new DrainComplete(Dummy, epoch));
        return (await Next<DrainCompleteReply>(Dummy)).Errno;
    }
}
