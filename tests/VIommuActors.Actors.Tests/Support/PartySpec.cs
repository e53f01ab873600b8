using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using VIommuActors.Actors.Wiring;
using VIommuActors.Machine;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Protocols.DrainOnInvalidate;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;
using VIommuActors.Xen.Events;
using VIommuActors.Xen.Hypercalls;

namespace VIommuActors.Actors.Tests.Support;

/// <summary>
/// One guest: a vCPU, a unit at 0xfed90000, its emulator with one device, memory. Every party is a probe until a test puts the actor
/// in its place. A message that nobody has use for fails the test at its end.
/// </summary>
public abstract class PartySpec : TestKit
{
    protected const ulong Base = 0xfed90000;
    protected static readonly SourceId Source = new(0x28);

    private readonly TestProbe _unhandled;

    protected PartySpec()
        : base("akka { loglevel = OFF, stdout-loglevel = OFF }")
    {
        Table = new NodeTable();
        Wires = new DirectWires(Table);
        Nodes = new GuestNodes
        {
            Guest = 0,
            Vcpus = [Table.Add("vcpu-0")],
            Units = [Table.Add("viommu-0")],
            UnitBases = [Base],
            Hub = Table.Add("ioreq"),
            Dummies = [Table.Add("dummy-0")],
            Devices = [new DevicePlace(Table.Add("dev-00:05.0"), Source, 0)],
            Memory = Table.Add("memory"),
        };
        Probes = [.. Table.All.Select(node => CreateTestProbe(Table.NameOf(node).Replace(':', '.')))];
        foreach (var node in Table.All) Table.Bind(node, Probes[node.Index].Ref);
        Shared = new SharedPages(Channels, new XenDomainId(0x4000), 1);
        _unhandled = CreateTestProbe("unhandled");
        Sys.EventStream.Subscribe(_unhandled.Ref, typeof(UnhandledMessage));
    }

    protected NodeTable Table { get; }

    protected GuestNodes Nodes { get; }

    protected GuestRam Ram { get; } = new(512UL << 20);

    protected EventChannels Channels { get; } = new();

    protected SharedPages Shared { get; }

    protected NodeId Vcpu => Nodes.Vcpus[0];

    protected NodeId Unit => Nodes.Units[0];

    protected NodeId Dummy => Nodes.Dummies[0];

    protected NodeId Device => Nodes.Devices[0].Node;

    internal DirectWires Wires { get; }

    /// <summary>Failures that the test itself provoked and has looked at.</summary>
    protected int ExpectedFailures { get; set; }

    protected static IProtocol Design { get; } = new DrainProtocol();

    protected static ProtocolOptions Options { get; } = new(ImmutableSortedDictionary<string, string>.Empty
        .Add("scope", "selective").Add("retransmit-ns", "0").Add("epochs", "true"));

    private ImmutableArray<TestProbe> Probes { get; }

    protected TestProbe Probe(NodeId node) => Probes[node.Index];

    /// <summary>Puts an actor in a party's place.</summary>
    protected void Host(NodeId node, Props props) => Table.Bind(node, Sys.ActorOf(props, Table.NameOf(node)));

    /// <summary>A message from one party to another.</summary>
    protected void Tell(NodeId to, Message message) => Table[to].Tell(message, Table[message.From.Exists ? message.From : to]);

    /// <summary>Returns when the party has handled everything that was sent to it before.</summary>
    protected async Task HasHandledAll(NodeId node)
    {
        var probe = CreateTestProbe();
        Table[node].Tell(new Identify(null), probe.Ref);
        await probe.ExpectMsgAsync<ActorIdentity>();
    }

    /// <summary>The next message at a party; nothing else came before it.</summary>
    protected async Task<T> Next<T>(NodeId node)
        where T : Message => Assert.IsType<T>(await Probe(node).ReceiveOneAsync(Probe(node).RemainingOrDefault));

    protected void Nothing(NodeId node) => Assert.False(Probe(node).HasMessages, $"{Table.NameOf(node)} got a message");

    protected void Write(ulong offset, ulong value, int size = 8) => Tell(Unit, new MmioAccess(Vcpu, Base + offset, size, true, value));

    /// <summary>A guest's load: its answer is the next thing the vCPU gets.</summary>
    protected async Task<ulong> Read(ulong offset, int size = 8)
    {
        Tell(Unit, new MmioAccess(Vcpu, Base + offset, size, false, 0));
        return (await Next<MmioDone>(Vcpu)).Value;
    }

    protected override void AfterAll()
    {
        // What was unhandled was published before this, so it stands in front of it.
        Sys.EventStream.Publish(new UnhandledMessage("end", ActorRefs.NoSender, ActorRefs.NoSender));
        var first = (UnhandledMessage)_unhandled.ReceiveOne(_unhandled.RemainingOrDefault);
        base.AfterAll();
        Assert.Equal("end", first.Message);
        Assert.True(Wires.Failures.Count == ExpectedFailures, string.Join("; ", Wires.Failures));
    }
}
