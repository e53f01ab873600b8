using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using VIommuActors.Actors.Tests.Support;
using VIommuActors.Actors.Wiring;
using VIommuActors.Guest.Workloads;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Protocols;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Actors.Tests;

/// <summary>The whole machine on Akka's ordinary dispatcher: real threads, no latency, every message in one log.</summary>
public sealed class MachineSpecs : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly NodeTable _table = new();
    private readonly QuietWatch _watch = new();
    private readonly DirectWires _wires;

    public MachineSpecs()
        : base("akka { loglevel = OFF, stdout-loglevel = OFF }") => _wires = new DirectWires(_table, timersAtOnce: true);

    [Fact]
    public async Task Drain_with_registers_goes_through_its_steps_in_order()
    {
        var program = new DrainProgram(queued: false);
        var log = await Run("drain", program);

        Assert.Equal(0x36030005_00000000UL, program.Seen.Last);
        var refused = First(log, 0, message => message is Unhandleable { Address: 0xfed900f8, Value: 0xb0030005_00000000 });
        AssertSteps(log, refused);
    }

    [Fact]
    public async Task Drain_with_the_queue_goes_through_its_steps_in_order()
    {
        var program = new DrainProgram(queued: true);
        var log = await Run("drain", program);

        Assert.Equal(2UL, program.Seen.Last);
        AssertSteps(log, First(log, 0, message => message is Unhandleable { Address: 0xfed90088, Value: 0x20 }));
    }

    [Theory]
    [InlineData("translate", false)]
    [InlineData("memcpy", false)]
    [InlineData("translate", true)]
    [InlineData("memcpy", true)]
    public async Task Designs_that_hold_nothing_open_complete_without_the_emulator(string protocol, bool queued)
    {
        var program = new DrainProgram(queued);
        var log = await Run(protocol, program);

        Assert.Equal(queued ? 2UL : 0x36030005_00000000UL, program.Seen.First);
        Assert.DoesNotContain(log, message => message is Unhandleable);
    }

    [Fact]
    public void Parties_are_named_and_numbered_in_the_order_of_the_spec()
    {
        var layout = Layout("drain", new DrainProgram(false), guests: 2);

        Assert.Equal(
            ["g0.vcpu-0", "g0.viommu-0", "g0.ioreq", "g0.dummy-0", "g0.dev-00:05.0", "g0.memory",
                "g1.vcpu-0", "g1.viommu-0", "g1.ioreq", "g1.dummy-0", "g1.dev-00:05.0", "g1.memory"],
            _table.All.Select(_table.NameOf));
        Assert.Equal([0, 1], layout.Guests.Select(guest => guest.Guest));
        Assert.Equal("outside", _table.NameOf(NodeId.None));
    }

    [Fact]
    public void Party_without_an_actor_is_named_in_the_error()
    {
        Layout("drain", new DrainProgram(false), guests: 1);
        var failure = Assert.Throws<InvalidOperationException>(() => _table[new NodeId(1)]);
        Assert.Contains("viommu-0", failure.Message, StringComparison.Ordinal);
    }

    private async Task<List<Message>> Run(string protocol, IGuestProgram program)
    {
        var layout = Layout(protocol, program, guests: 1);
        var root = Sys.ActorOf(Props.Create(() => new Root(layout)), "machine");
        // Every party and every process answers once all actors exist; only then may the dummy begin to talk.
        foreach (var name in new[] { "", "/qemu-0" })
        {
            Sys.ActorSelection(root.Path + name).Tell(new Identify(name), TestActor);
            await ExpectMsgAsync<ActorIdentity>(Patience);
        }
        _wires.Send(TestActor, layout.Guests[0].Dummies[0], new PowerOn(NodeId.None));

        Assert.Equal("regular", await _watch.Ended(Patience));
        Assert.Empty(_wires.Failures);
        return [.. _wires.Log.Select(sent => sent.Message)];
    }

    private MachineLayout Layout(string protocol, IGuestProgram program, int guests) => new(
        new MachineSpec
        {
            Guests = [.. Enumerable.Range(0, guests).Select(_ => new GuestSpec
            {
                Vcpus = 1,
                UnitBases = [0xfed90000],
                Unit = new VtdOptions(),
                Devices = [new DeviceSpec(new SourceId(0x28), 0, new DeviceProfile(2, TranslationUse.PerPage, 0))],
                Ram = new GuestRam(512UL << 20),
                Program = program,
                Dice = _ => _watch,
            })],
            Protocol = ProtocolCatalog.Find(protocol)!,
            Options = new ProtocolOptions(ImmutableSortedDictionary<string, string>.Empty.Add("scope", "selective").Add("retransmit-ns", "0").Add("epochs", "true")),
            GuestWatch = _watch,
            MemoryWatch = _watch,
            Meter = _watch,
            VcpuWatch = _watch,
        },
        _wires,
        _table);

    /// <summary>From the refused write on: ioreq event, query, drain, acknowledgement, report, and the guest sees it after that.</summary>
    private static void AssertSteps(List<Message> log, int refused)
    {
        var at = First(log, refused, message => message is EventUpcall);
        at = First(log, at, message => message is QueryCall);
        at = First(log, at, message => message is QueryReply { Open: true });
        var epoch = ((QueryReply)log[at]).Epoch;
        at = First(log, at, message => message is Protocols.Messages.Drain drain && drain.Epoch == epoch);
        at = First(log, at, message => message is DrainAck ack && ack.Epoch == epoch);
        at = First(log, at, message => message is DrainComplete done && done.Epoch == epoch);
        First(log, at, message => message is DrainCompleteReply { Errno: 0 } reply && reply.Epoch == epoch);
        // Whatever the device was told before the flush has taken effect before the report.
        Assert.DoesNotContain(log.Skip(at), message => message is DmaAccess);
    }

    private static int First(List<Message> log, int from, Predicate<Message> wanted)
    {
        var at = log.FindIndex(from, wanted);
        Assert.True(at >= 0, $"a step is missing behind message {from}: {string.Join(" ", log.Skip(from).Select(message => message.Name))}");
        return at;
    }

    private sealed class Root(MachineLayout layout) : UntypedActor
    {
        protected override void PreStart() => layout.Start(Context);

        protected override void OnReceive(object message) => Unhandled(message);
    }
}
