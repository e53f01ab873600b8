using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using VIommuActors.Actors.Parties;
using VIommuActors.Actors.Wiring;
using VIommuActors.Machine;
using VIommuActors.Machine.Cpu;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Machine.Memory;
using VIommuActors.Protocols.Messages;
using VIommuActors.Xen.Events;
using VIommuActors.Xen.Hypercalls;

namespace VIommuActors.Actors;

/// <summary>Gives every party of a machine its id, its name and its props. The order is that of the spec, always.</summary>
public sealed class MachineLayout
{
    private readonly List<(NodeId Node, Props Props)> _singles = [];
    private readonly List<(string Name, ImmutableArray<(NodeId Node, Props Props)> Children)> _processes = [];
    private readonly List<ImmutableArray<SharedPages>> _shared = [];
    private readonly int _life;
    private readonly Deploy? _place;

    /// <summary>
    /// Lays out <paramref name="spec"/> on <paramref name="wires"/>; nothing runs yet. Emulators whose predecessors died elsewhere begin
    /// with <paramref name="life"/> above 0. All actors live in <paramref name="place"/>; null: on Akka's default dispatcher.
    /// </summary>
    public MachineLayout(MachineSpec spec, IWires wires, NodeTable table, int life = 0, Deploy? place = null)
    {
        _life = life;
        _place = place;
        Table = table;
        var guests = ImmutableArray.CreateBuilder<GuestNodes>(spec.Guests.Length);
        for (var guest = 0; guest < spec.Guests.Length; guest++) guests.Add(Name(spec, guest));
        Guests = guests.MoveToImmutable();
        for (var guest = 0; guest < spec.Guests.Length; guest++) Describe(spec, wires, guest);
    }

    /// <summary>Who stands behind which id, once <see cref="Start"/> has run.</summary>
    public NodeTable Table { get; }

    /// <summary>The parties, guest by guest.</summary>
    public ImmutableArray<GuestNodes> Guests { get; }

    /// <summary>What the emulators of a guest share with its hypervisor as memory, by unit.</summary>
    public ImmutableArray<SharedPages> SharedOf(int index) => _shared[index];

    /// <summary>Creates the actors under <paramref name="context"/>; emulator processes create theirs when they start.</summary>
    public void Start(IActorRefFactory context)
    {
        StartHypervisorHalf(context);
        StartDeviceModelHalf(context);
    }

    /// <summary>Creates what the hypervisor's host runs: vCPUs, units, ioreq servers and the guests' memory.</summary>
    public void StartHypervisorHalf(IActorRefFactory context)
    {
        foreach (var (node, props) in _singles) Table.Bind(node, context.ActorOf(On(props), Table.NameOf(node)));
    }

    /// <summary>Creates the emulator processes: dummy vIOMMUs and devices.</summary>
    /// <returns>The processes; each has bound its parties once it answers an <see cref="Identify"/>.</returns>
    public ImmutableArray<IActorRef> StartDeviceModelHalf(IActorRefFactory context) =>
        [.. _processes.Select(process => context.ActorOf(On(EmulatorProcessActor.Props(Table, process.Children)), process.Name))];

    private GuestNodes Name(MachineSpec spec, int guest)
    {
        var of = spec.Guests[guest];
        var prefix = Prefix(spec, guest);
        var culture = CultureInfo.InvariantCulture;
        return new GuestNodes
        {
            Guest = spec.FirstGuest + guest,
            Vcpus = [.. Enumerable.Range(0, of.Vcpus).Select(i => Table.Add(string.Create(culture, $"{prefix}vcpu-{i}")))],
            Units = [.. Enumerable.Range(0, of.UnitBases.Length).Select(i => Table.Add(string.Create(culture, $"{prefix}viommu-{i}")))],
            UnitBases = of.UnitBases,
            Hub = Table.Add(prefix + "ioreq"),
            Dummies = [.. Enumerable.Range(0, of.UnitBases.Length).Select(i => Table.Add(string.Create(culture, $"{prefix}dummy-{i}")))],
            Devices =
            [
                .. of.Devices.Select(device => new DevicePlace(Table.Add($"{prefix}dev-{device.Source}"), device.Source, device.Unit)),
            ],
            Memory = Table.Add(prefix + "memory"),
        };
    }

    private void Describe(MachineSpec spec, IWires wires, int guest)
    {
        var of = spec.Guests[guest];
        var nodes = Guests[guest];
        for (var i = 0; i < of.Vcpus; i++)
        {
            var index = i;
            _singles.Add((nodes.Vcpus[i], VcpuActor.Props(nodes.Vcpus[i], wires, port => spec.Parts.Cpu(
                port, nodes, index, of.Ram, spec.GuestWatch, of.Dice(index), of.Program, spec.VcpuWatch, of.RelaxesAtOnce))));
        }
        var channels = new EventChannels();
        var pages = ImmutableArray.CreateBuilder<SharedPages>(of.UnitBases.Length);
        for (var i = 0; i < of.UnitBases.Length; i++)
        {
            var index = i;
            // Emulators run in stub domains of their own, numbered far above the guests.
            pages.Add(new SharedPages(channels, new XenDomainId((ushort)(0x4000 + index)), of.Vcpus));
            _singles.Add((nodes.Units[i], VIommuActor.Props(nodes.Units[i], wires, port =>
                spec.Parts.Unit(port, nodes, index, of.Unit, of.Ram, spec.Protocol, spec.Options, spec.UnitObserver))));
        }
        var shared = pages.MoveToImmutable();
        _shared.Add(shared);
        _singles.Add((nodes.Hub, IoreqServerActor.Props(nodes.Hub, wires, port => spec.Parts.Hub(port, nodes, channels, shared))));
        _singles.Add(
            (nodes.Memory, GuestMemoryActor.Props(nodes.Memory, wires, port => spec.Parts.Memory(port, nodes, of.Ram, spec.MemoryWatch))));
        for (var unit = 0; unit < of.UnitBases.Length; unit++) DescribeProcess(spec, wires, guest, unit, shared[unit]);
    }

    private void DescribeProcess(MachineSpec spec, IWires wires, int guest, int unit, SharedPages shared)
    {
        var of = spec.Guests[guest];
        var nodes = Guests[guest];
        var children = ImmutableArray.CreateBuilder<(NodeId, Props)>();
        children.Add((nodes.Dummies[unit], On(DummyVIommuActor.Props(nodes.Dummies[unit], wires, nodes, _life, port =>
            spec.Parts.Dummy(port, nodes, unit, shared, spec.Protocol, spec.Options)))));
        for (var i = 0; i < of.Devices.Length; i++)
        {
            if (of.Devices[i].Unit != unit) continue;
            var index = i;
            var node = nodes.Devices[i].Node;
            children.Add((node, On(DmaDeviceActor.Props(node, wires, nodes, _life, port =>
                spec.Parts.Device(port, nodes, index, of.Devices[index].Profile, spec.Protocol, spec.Options, spec.Meter)))));
        }
        _processes.Add((string.Create(CultureInfo.InvariantCulture, $"{Prefix(spec, guest)}qemu-{unit}"), children.ToImmutable()));
    }

    private Props On(Props props) => _place is null ? props : props.WithDeploy(_place);

    private static string Prefix(MachineSpec spec, int guest) =>
        spec.Guests.Length == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"g{guest}.");
}
