using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Machine;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Actors.Parties;

/// <summary>The hypervisor's emulated unit as an actor: one VT-d unit of one guest.</summary>
public sealed class VIommuActor(NodeId node, IWires wires, Func<IPort, IParty> build) : PartyActor(node, wires)
{
    /// <summary>Props of a unit.</summary>
    public static Props Props(NodeId node, IWires wires, Func<IPort, IParty> build) =>
        PartyProducer<VIommuActor>.Props(() => new VIommuActor(node, wires, build));

    /// <inheritdoc/>
    protected override IParty Build() => build(this);
}

/// <summary>The ioreq server side of the hypervisor for one guest.</summary>
public sealed class IoreqServerActor(NodeId node, IWires wires, Func<IPort, IParty> build) : PartyActor(node, wires)
{
    /// <summary>Props of a guest's ioreq side.</summary>
    public static Props Props(NodeId node, IWires wires, Func<IPort, IParty> build) =>
        PartyProducer<IoreqServerActor>.Props(() => new IoreqServerActor(node, wires, build));

    /// <inheritdoc/>
    protected override IParty Build() => build(this);
}

/// <summary>A guest's RAM as devices reach it.</summary>
public sealed class GuestMemoryActor(NodeId node, IWires wires, Func<IPort, IParty> build) : PartyActor(node, wires)
{
    /// <summary>Props of a guest's memory.</summary>
    public static Props Props(NodeId node, IWires wires, Func<IPort, IParty> build) =>
        PartyProducer<GuestMemoryActor>.Props(() => new GuestMemoryActor(node, wires, build));

    /// <inheritdoc/>
    protected override IParty Build() => build(this);
}

/// <summary>A guest CPU with its driver and workload.</summary>
public sealed class VcpuActor(NodeId node, IWires wires, Func<IPort, IParty> build) : PartyActor(node, wires)
{
    /// <summary>Props of a vCPU.</summary>
    public static Props Props(NodeId node, IWires wires, Func<IPort, IParty> build) =>
        PartyProducer<VcpuActor>.Props(() => new VcpuActor(node, wires, build));

    /// <inheritdoc/>
    protected override IParty Build() => build(this);
}
