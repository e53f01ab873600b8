using Akka.Actor;
using VIommuActors.Actors.Parties;
using VIommuActors.Actors.Tests.Support;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Actors.Tests.Parties;

/// <summary>A dummy vIOMMU and a device under their process: what a crash takes, who is told, and how they come back.</summary>
public sealed class EmulatorCrashSpec : PartySpec
{
    private readonly QuietWatch _watch = new();
    private int _lives;

    public EmulatorCrashSpec()
    {
        var started = CreateTestProbe();
        var dummy = DummyVIommuActor.Props(Dummy, Wires, Nodes, 0, port => new DummyVIommu(port, Nodes, 0, Shared, Design, Options));
        var device = DmaDeviceActor.Props(Device, Wires, Nodes, 0, port =>
            new DmaDevice(port, Nodes, 0, new DeviceProfile(2, TranslationUse.PerPage, 0), Design, Options, _watch));
        var process = Sys.ActorOf(EmulatorProcessActor.Props(Table, [(Dummy, dummy), (Device, device)]), "qemu-0");
        // The children are bound in the process's constructor, which has run when it answers.
        process.Tell(new Identify(null), started.Ref);
        started.ExpectMsg<ActorIdentity>();
    }

    [Fact]
    public async Task Fence_goes_to_memory_behind_the_last_access()
    {
        await Touch(1);

        Tell(Device, new Crash(NodeId.None, -1));

        Assert.Equal(new ReapFence(Device, Nodes.Hub, Alone: false, Life: 1), await Next<ReapFence>(Nodes.Memory));
        Nothing(Nodes.Memory);
    }

    [Fact]
    public async Task Party_that_is_down_answers_nothing()
    {
        await Crash(Device, -1);

        Ring(2);
        Tell(Device, new Protocols.Messages.Drain(Dummy, 1, DrainScope.All));
        Tell(Device, new Crash(NodeId.None, 5));
        await HasHandledAll(Device);

        Nothing(Unit);
        Nothing(Nodes.Memory);
        Assert.DoesNotContain(Wires.Log, sent => sent.Message is DrainAck);
    }

    [Fact]
    public async Task Party_that_is_not_to_come_back_stays_down_after_reaping()
    {
        await Crash(Device, -1);
        Tell(Device, new Reaped(Nodes.Hub, Device, Alone: false, Life: 1));
        Ring(2);
        await HasHandledAll(Device);

        Nothing(Unit);
        Assert.Equal(0, Wires.Timers);
    }

    [Fact]
    public async Task Device_comes_back_when_its_time_has_come_and_the_process_is_reaped()
    {
        await Crash(Device, 1_000_000);
        Assert.Equal(1_000_000, Wires.FireTimer());
        Ring(2);
        await HasHandledAll(Device);
        Nothing(Unit);

        Tell(Device, new Reaped(Nodes.Hub, Device, Alone: false, Life: 1));
        await Admit(1);
        Ring(3);

        Assert.Equal(new Iova(0x10203000), (await Next<TranslateCall>(Unit)).Iova);
    }

    [Fact]
    public async Task Device_takes_no_request_before_everyone_counts_on_it()
    {
        await Crash(Device, 1);
        Tell(Device, new Reaped(Nodes.Hub, Device, Alone: false, Life: 1));
        Wires.FireTimer();
        Assert.Equal(new DevicePresence(Device, Device, DeviceStep.Ready, 1), await Next<DevicePresence>(Nodes.Hub));

        Ring(2);
        Tell(Device, new DevicePresence(Nodes.Hub, Device, DeviceStep.Start, 0));
        await HasHandledAll(Device);

        Nothing(Unit);
        Nothing(Nodes.Hub);
    }

    [Fact]
    public async Task Device_that_takes_no_requests_yet_answers_a_drain_of_those_who_count_on_it_already()
    {
        var dummy = Table[Dummy];
        Table.Bind(Dummy, Probe(Dummy).Ref);
        await Crash(Device, 1, CrashScope.Device);
        Tell(Device, new Reaped(Nodes.Hub, Device, Alone: true, Life: 1));
        Wires.FireTimer();

        Tell(Device, new Protocols.Messages.Drain(Dummy, 7, DrainScope.All));

        Assert.Equal(7, (await Next<DrainAck>(Dummy)).Epoch);
        Table.Bind(Dummy, dummy);
    }

    [Fact]
    public async Task Device_alone_waits_for_its_own_fence_and_tells_nobody_of_its_process()
    {
        await Crash(Device, 1_000_000, CrashScope.Device);
        Wires.FireTimer();
        Tell(Device, new Reaped(Nodes.Hub, Device, Alone: true, Life: 0));
        await HasHandledAll(Device);
        Nothing(Nodes.Hub); // that was the answer to another fence

        Tell(Device, new Reaped(Nodes.Hub, Device, Alone: true, Life: 1));
        await Admit(1);
        Ring(3);

        Assert.Equal(new Iova(0x10203000), (await Next<TranslateCall>(Unit)).Iova);
        Assert.DoesNotContain(Wires.Log, sent => sent.Message is Crash);
    }

    [Fact]
    public async Task Device_that_is_down_alone_still_dies_with_its_process_and_comes_back_with_it()
    {
        await Crash(Device, 1_000, CrashScope.Device);

        Tell(Dummy, new Crash(NodeId.None, 5_000, CrashScope.Process));

        Assert.Equal([new ReapFence(Device, Nodes.Hub, false, 2), new ReapFence(Dummy, Nodes.Hub, false, 1)], await Fences(2));
        Assert.Equal([1_000, 5_000, 5_000], await Delays(3));
        Tell(Device, new Reaped(Nodes.Hub, Device, Alone: true, Life: 1));
        await HasHandledAll(Device);
        Nothing(Nodes.Hub);
        Tell(Device, new Reaped(Nodes.Hub, Device, Alone: false, Life: 2));
        Assert.Equal(new DevicePresence(Device, Device, DeviceStep.Ready, 2), await Next<DevicePresence>(Nodes.Hub));
    }

    [Theory]
    [InlineData(true, CrashScope.Process)]
    [InlineData(false, CrashScope.Process)]
    [InlineData(true, CrashScope.Device)]
    public async Task Crash_of_the_process_reaches_every_party_of_it_whoever_gets_it(bool atDummy, CrashScope scope)
    {
        Tell(atDummy ? Dummy : Device, new Crash(NodeId.None, 7, scope));

        Assert.Equal([new ReapFence(Device, Nodes.Hub, false, 1), new ReapFence(Dummy, Nodes.Hub, false, 1)], await Fences(2));
        var told = Assert.Single(Wires.Log, sent => sent.Message is Crash);
        Assert.Equal(atDummy ? Device : Dummy, told.To);
        Assert.Equal(new Crash(atDummy ? Dummy : Device, 7, CrashScope.Part, ProcessLife: 0), told.Message);
    }

    [Fact]
    public async Task Party_that_has_not_heard_yet_that_it_may_start_dies_with_the_life_that_a_sibling_began()
    {
        await Crash(Device, 1);

        Tell(Device, new Crash(Dummy, 1, CrashScope.Part, ProcessLife: 1));
        Assert.Equal(2, (await Next<ReapFence>(Nodes.Memory)).Life);
        await HasHandledAll(Device);
        Tell(Device, new Reaped(Nodes.Hub, Device, Alone: false, Life: 1));
        Wires.FireTimer();
        Wires.FireTimer();
        await HasHandledAll(Device);
        Nothing(Nodes.Hub); // that was for the life that never began
        Tell(Device, new Reaped(Nodes.Hub, Device, Alone: false, Life: 2));

        Assert.Equal(2, (await Next<DevicePresence>(Nodes.Hub)).Life);
    }

    [Fact]
    public async Task Device_that_waits_to_be_started_dies_with_the_next_life_of_its_process()
    {
        await Crash(Device, 1);
        Tell(Device, new Reaped(Nodes.Hub, Device, Alone: false, Life: 1));
        Wires.FireTimer();
        Assert.Equal(DeviceStep.Ready, (await Next<DevicePresence>(Nodes.Hub)).Step);

        Tell(Device, new Crash(Dummy, 1, CrashScope.Part, ProcessLife: 1));

        await Next<ReapFence>(Nodes.Memory);
        Tell(Device, new DevicePresence(Nodes.Hub, Device, DeviceStep.Start, 1));
        await HasHandledAll(Device);
        Nothing(Nodes.Hub);
    }

    [Fact]
    public async Task Party_that_left_a_life_by_itself_is_not_struck_by_its_sibling_in_the_next_one()
    {
        await CrashAndReturn(Device);

        Tell(Device, new Crash(Dummy, 1, CrashScope.Part, ProcessLife: 0));
        await HasHandledAll(Device);
        Nothing(Nodes.Memory);
        Tell(Device, new Crash(Dummy, 1, CrashScope.Part, ProcessLife: 1));

        await Next<ReapFence>(Nodes.Memory);
    }

    [Fact]
    public async Task Device_that_is_reaped_early_still_waits_for_its_time()
    {
        await Crash(Device, 1_000_000);
        Tell(Device, new Reaped(Nodes.Hub, Device, Alone: false, Life: 1));
        Ring(2);
        await HasHandledAll(Device);
        Nothing(Unit);

        Wires.FireTimer();
        await Admit(1);
        Ring(3);

        Assert.Equal(new Iova(0x10203000), (await Next<TranslateCall>(Unit)).Iova);
    }

    [Fact]
    public async Task Requests_that_were_accepted_are_forgotten()
    {
        for (var work = 1; work <= 3; work++) Ring(work);
        await Next<TranslateCall>(Unit);
        await Next<TranslateCall>(Unit);

        await CrashAndReturn(Device);
        Ring(7);

        Assert.Equal(new Iova(0x10207000), (await Next<TranslateCall>(Unit)).Iova);
        await HasHandledAll(Device);
        Nothing(Unit);
        Nothing(Vcpu);
    }

    [Fact]
    public async Task Translation_that_the_dead_asked_for_is_not_used_by_the_living()
    {
        Ring(1);
        var old = await Next<TranslateCall>(Unit);
        await CrashAndReturn(Device);
        Ring(1);
        var own = await Next<TranslateCall>(Unit);
        Assert.Equal(old.Iova, own.Iova);

        Reply(old, 0x10900000);
        Reply(own, 0x10100000);

        Assert.Equal(new GuestPhysical(0x10100000), (await Next<DmaAccess>(Nodes.Memory)).Address);
    }

    [Fact]
    public async Task Access_of_the_dead_that_takes_effect_late_does_not_end_one_of_the_living()
    {
        var old = await Touch(1);
        await CrashAndReturn(Device);
        var own = await Touch(2);

        Tell(Device, new DmaDone(Nodes.Memory, old.Slot));
        await HasHandledAll(Device);
        Nothing(Vcpu);
        Tell(Device, new DmaDone(Nodes.Memory, own.Slot));

        Assert.Equal(2, (await Next<DmaCompleted>(Vcpu)).Work);
    }

    [Fact]
    public async Task Lives_are_told_apart_however_many_there_are()
    {
        for (var life = 0; life < 3; life++)
        {
            Ring(1);
            Assert.Equal(life, (await Next<TranslateCall>(Unit)).Life);
            await CrashAndReturn(Device);
        }
    }

    [Fact]
    public async Task Dummy_that_comes_back_starts_up_from_the_beginning()
    {
        Tell(Dummy, new PowerOn(Dummy));
        Assert.Equal(AttachStep.QueryCapabilities, (await Next<AttachCall>(Nodes.Hub)).Step);
        Tell(Dummy, new AttachReply(Nodes.Hub, AttachStep.QueryCapabilities, 0, 6));
        var old = await Next<AttachCall>(Nodes.Hub);
        Assert.Equal(AttachStep.Create, old.Step);

        await CrashAndReturn(Dummy);

        var call = await Next<AttachCall>(Nodes.Hub);
        Assert.Equal((AttachStep.QueryCapabilities, 1), (call.Step, call.Life));
        // What the hypervisor answers to the dead does not move the living on.
        Tell(Dummy, new AttachReply(Nodes.Hub, AttachStep.Create, 0, 0) { Slot = old.Slot });
        await HasHandledAll(Dummy);
        Nothing(Nodes.Hub);
        Tell(Dummy, new AttachReply(Nodes.Hub, AttachStep.QueryCapabilities, 0, 6) { Slot = call.Slot });

        Assert.Equal(AttachStep.Create, (await Next<AttachCall>(Nodes.Hub)).Step);
    }

    [Fact]
    public async Task Drain_of_a_dead_dummy_is_not_finished_by_its_successor()
    {
        Tell(Dummy, new DrainCompleteReply(Unit, 1, 0, More: true));
        var query = await Next<QueryCall>(Unit);
        // The devices of this drain are behind a probe.
        var device = Table[Device];
        Table.Bind(Device, Probe(Device).Ref);
        Tell(Dummy, new QueryReply(Unit, 1, true, DrainScope.All, query.Number));
        await Next<Protocols.Messages.Drain>(Device);
        await CrashAndReturn(Dummy);

        Tell(Dummy, new DrainAck(Device, 1));
        await HasHandledAll(Dummy);

        Nothing(Unit);
        Table.Bind(Device, device);
    }

    [Fact]
    public async Task Crash_of_one_party_leaves_its_sibling_as_it_is()
    {
        var access = await Touch(1);
        await Crash(Dummy, -1);

        Tell(Device, new DmaDone(Nodes.Memory, access.Slot));

        Assert.Equal(1, (await Next<DmaCompleted>(Vcpu)).Work);
    }

    /// <summary>The fences at guest memory, by party.</summary>
    private async Task<List<ReapFence>> Fences(int count)
    {
        var fences = new List<ReapFence>();
        for (var i = 0; i < count; i++) fences.Add(await Next<ReapFence>(Nodes.Memory));
        return [.. fences.OrderByDescending(fence => fence.From.Index)];
    }

    /// <summary>Lets all timers come; the parties set theirs behind their fences.</summary>
    private async Task<List<long>> Delays(int count)
    {
        await HasHandledAll(Dummy);
        await HasHandledAll(Device);
        return [.. Enumerable.Range(0, count).Select(_ => Wires.FireTimer())];
    }

    /// <summary>Plays the hypervisor: the device says that it could be started, and everyone counts on it.</summary>
    private async Task Admit(int life)
    {
        Assert.Equal(new DevicePresence(Device, Device, DeviceStep.Ready, life), await Next<DevicePresence>(Nodes.Hub));
        Tell(Device, new DevicePresence(Nodes.Hub, Device, DeviceStep.Start, life));
        Assert.Equal(new DevicePresence(Device, Device, DeviceStep.Running, life), await Next<DevicePresence>(Nodes.Hub));
    }

    private async Task Crash(NodeId party, long restartAfterNs, CrashScope scope = CrashScope.Part)
    {
        Tell(party, new Crash(NodeId.None, restartAfterNs, scope));
        Assert.Equal(party, (await Next<ReapFence>(Nodes.Memory)).From);
        // The fence is sent before the timer of the restart is set.
        await HasHandledAll(party);
    }

    private async Task CrashAndReturn(NodeId party)
    {
        await Crash(party, 1);
        Tell(party, new Reaped(Nodes.Hub, party, Alone: false, party == Device ? _lives + 1 : 1));
        Wires.FireTimer();
        await HasHandledAll(party);
        if (party == Device) await Admit(++_lives);
    }

    private void Ring(long work) =>
        Tell(Device, new Doorbell(Vcpu, work, [new DmaSegment(new Iova(0x10200000 + ((ulong)work << 12)), 64, true)], 1));

    private async Task<DmaAccess> Touch(long work)
    {
        Ring(work);
        Reply(await Next<TranslateCall>(Unit), 0x10100000);
        return await Next<DmaAccess>(Nodes.Memory);
    }

    private void Reply(TranslateCall call, ulong address) => Tell(Device, new TranslateReply(
        Unit, call.Slot, call.Iova, 0, new GuestPhysical(address), 0xfff, Permission.ReadWrite, new DomainId(5)));
}
