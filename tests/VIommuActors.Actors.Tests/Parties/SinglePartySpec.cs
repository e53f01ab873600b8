using VIommuActors.Actors.Parties;
using VIommuActors.Actors.Tests.Support;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Workloads;
using VIommuActors.Machine.Cpu;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Machine.Memory;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;

namespace VIommuActors.Actors.Tests.Parties;

/// <summary>Each actor carries its party's messages both ways and adds nothing of its own.</summary>
public sealed class SinglePartySpec : PartySpec
{
    [Fact]
    public async Task Memory_answers_an_access_after_it_has_taken_effect()
    {
        var watch = new QuietWatch();
        Host(Nodes.Memory, GuestMemoryActor.Props(Nodes.Memory, Wires, port => new GuestMemory(port, Nodes, Ram, watch)));

        Tell(Nodes.Memory, new DmaAccess(Device, 3, Source, 77, new Iova(0x10200000), new GuestPhysical(0x10100000), 64, true));

        Assert.Equal(new DmaDone(Nodes.Memory, 3), await Next<DmaDone>(Device));
        Assert.Equal(77UL, Ram.Read64(new GuestPhysical(0x10100000)));
    }

    [Fact]
    public async Task Unclaimed_access_at_the_ioreq_side_reads_all_ones()
    {
        Host(Nodes.Hub, IoreqServerActor.Props(Nodes.Hub, Wires, port => new IoreqServer(port, Nodes, Channels, [Shared])));

        Tell(Nodes.Hub, new MmioAccess(Vcpu, 0xfedb0000, 4, false, 0));

        Assert.Equal(0xffffffff_ffffffffUL, (await Next<MmioDone>(Vcpu)).Value);
    }

    [Fact]
    public async Task Vcpu_polls_until_it_reads_ivt_clear_and_executes_nothing_in_between()
    {
        var program = new PollingProgram(Base);
        var watch = new QuietWatch();
        Host(Vcpu, VcpuActor.Props(Vcpu, Wires, port => new Vcpu(port, Nodes, 0, Ram, watch, watch, program, watch)));
        Tell(Vcpu, new PowerOn(Nodes.Hub));
        Assert.Equal(new MmioAccess(Vcpu, 0xfed900f8, 8, true, 0xb0030005_00000000), await Next<MmioAccess>(Unit));
        await HasHandledAll(Vcpu);
        Nothing(Unit);

        Tell(Vcpu, new MmioDone(Nodes.Hub, ulong.MaxValue));
        await Next<MmioAccess>(Unit);
        Tell(Vcpu, new MmioDone(Unit, 0xb0030005_00000000));
        Assert.False((await Next<MmioAccess>(Unit)).IsWrite);
        Tell(Vcpu, new MmioDone(Unit, 0x36030005_00000000));

        Assert.Equal("regular", await watch.Ended(TimeSpan.FromSeconds(10)));
        Nothing(Unit);
    }

    [Fact]
    public async Task Message_that_the_party_has_no_use_for_is_reported_and_the_actor_lives_on()
    {
        Host(Nodes.Memory, GuestMemoryActor.Props(Nodes.Memory, Wires, port => new GuestMemory(port, Nodes, Ram, new QuietWatch())));

        Tell(Nodes.Memory, new PowerOn(Nodes.Hub));
        Tell(Nodes.Memory, new ReapFence(Device, Nodes.Hub));

        await Next<Reaped>(Nodes.Hub);
        Assert.Equal("memory: UnhandledMessageException: guest memory has no use for PowerOn", Assert.Single(Wires.Failures));
        ExpectedFailures = 1;
    }

    private sealed class PollingProgram(ulong unit) : IGuestProgram
    {
        public async GuestCode Run(IGuestCpu cpu)
        {
            await cpu.Write(unit + 0xf8, 8, 0xb0030005_00000000);
            while (await cpu.Read(unit + 0xf8, 8) >> 63 != 0)
            {
                // The guest does nothing else: this is the wait that the proposal uses.
            }
        }
    }
}
