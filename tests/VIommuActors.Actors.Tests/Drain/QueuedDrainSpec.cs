using VIommuActors.Actors.Parties;
using VIommuActors.Actors.Tests.Support;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;

namespace VIommuActors.Actors.Tests.Drain;

/// <summary>The drain proposal with queued invalidation: the tail write is what is refused, the wait descriptor takes the place of IVT.</summary>
public sealed class QueuedDrainSpec : PartySpec
{
    private const ulong Queue = 0x3100000, Status = 0x3000004;
    private static readonly (ulong, ulong) IotlbPages = (0x500f2, 0x10200042), IotlbDomain = (0x500e2, 0);
    private static readonly (ulong, ulong) Wait = (0x0000000200000025, Status), Fence = (0x0000000100000065, Status + 4);

    public QueuedDrainSpec() =>
        Host(Unit, VIommuActor.Props(Unit, Wires, port => new VIommu(port, Nodes, 0, new VtdOptions(), Ram, Design, Options, null)));

    [Fact]
    public async Task Tail_write_is_refused_and_the_head_has_moved()
    {
        await Start();
        Submit(0, IotlbPages, Wait);

        Assert.Equal(new Unhandleable(Unit, Vcpu, 0, 0xfed90088, 4, true, 0x20), await Next<Unhandleable>(Nodes.Hub));
        Assert.Equal(0x20UL, await Read(0x80));
        Assert.Equal(0u, StatusWord(Status));
    }

    [Fact]
    public async Task Tail_write_that_brings_only_a_wait_is_answered_at_once()
    {
        await Start();
        Submit(0, Wait);

        await Next<MmioDone>(Vcpu);
        Assert.Equal(2u, StatusWord(Status));
        Nothing(Nodes.Hub);
    }

    [Fact]
    public async Task Status_is_written_by_the_report_of_its_own_epoch_and_not_by_an_older_one()
    {
        await Start();
        Submit(0, IotlbPages, Wait);
        await Next<Unhandleable>(Nodes.Hub);
        Assert.Equal((0, false), await Complete(1));
        Assert.Equal(2u, StatusWord(Status));
        Ram.Write32(new GuestPhysical(Status), 0);

        Submit(2, IotlbDomain, Wait);
        await Next<Unhandleable>(Nodes.Hub);
        Assert.Equal((-114, false), await Complete(1));
        Assert.Equal(0u, StatusWord(Status));
        Assert.Equal((0, false), await Complete(2));

        Assert.Equal(2u, StatusWord(Status));
    }

    [Fact]
    public async Task Poll_of_the_fault_status_is_answered_while_the_drain_runs()
    {
        await Start();
        Submit(0, IotlbPages, Wait);
        await Next<Unhandleable>(Nodes.Hub);

        Assert.Equal(0UL, await Read(0x34, 4));
        Nothing(Nodes.Hub);
    }

    [Fact]
    public async Task Queue_that_goes_on_behind_a_fence_asks_for_a_second_drain()
    {
        await Start();
        Submit(0, IotlbPages, Fence, IotlbDomain, Wait);
        await Next<Unhandleable>(Nodes.Hub);

        Assert.Equal((0, true), await Complete(1));
        Assert.Equal((1u, 0u), (StatusWord(Status + 4), StatusWord(Status)));
        Nothing(Nodes.Hub);
        Assert.Equal((0, false), await Complete(2));

        Assert.Equal(2u, StatusWord(Status));
    }

    private async Task Start()
    {
        Write(0x90, Queue);
        await Next<MmioDone>(Vcpu);
        Write(0x18, 0x04000000, 4);
        await Next<MmioDone>(Vcpu);
        Assert.Equal(0x04000000UL, await Read(0x1c, 4));
        Tell(Unit, new EmulatorAttached(Nodes.Hub, true, Dummy));
    }

    private void Submit(int at, params (ulong Low, ulong High)[] descriptors)
    {
        foreach (var (low, high) in descriptors)
        {
            Ram.Write64(new GuestPhysical(Queue + ((ulong)at * 16)), low);
            Ram.Write64(new GuestPhysical(Queue + ((ulong)at * 16) + 8), high);
            at++;
        }
        Write(0x88, (ulong)at * 16, 4);
    }

    private uint StatusWord(ulong address) => Ram.Read32(new GuestPhysical(address));

    private async Task<(int Errno, bool More)> Complete(long epoch)
    {
        Tell(Unit, new DrainComplete(Dummy, epoch));
        var reply = await Next<DrainCompleteReply>(Dummy);
        return (reply.Errno, reply.More);
    }
}
