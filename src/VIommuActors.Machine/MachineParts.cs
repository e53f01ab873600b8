using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Workloads;
using VIommuActors.Machine.Cpu;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Machine.Memory;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;
using VIommuActors.Xen.Events;

namespace VIommuActors.Machine;

/// <summary>What a machine is made of. The real parts, unless a deliberate defect puts a twin in the place of one.</summary>
public class MachineParts
{
    /// <summary>The real machine.</summary>
    public static MachineParts Real { get; } = new();

    /// <summary>A VT-d unit in the hypervisor.</summary>
    public virtual IParty Unit(
        IPort port, GuestNodes nodes, int index, VtdOptions unit, IGuestMemory memory, IProtocol protocol, ProtocolOptions options,
        IUnitObserver? observer) => new VIommu(port, nodes, index, unit, memory, protocol, options, observer);

    /// <summary>The ioreq side of the hypervisor.</summary>
    public virtual IParty Hub(IPort port, GuestNodes nodes, EventChannels channels, IReadOnlyList<SharedPages> pages) =>
        new IoreqServer(port, nodes, channels, pages);

    /// <summary>QEMU's dummy vIOMMU.</summary>
    public virtual IParty Dummy(
        IPort port, GuestNodes nodes, int index, SharedPages shared, IProtocol protocol, ProtocolOptions options) =>
        new DummyVIommu(port, nodes, index, shared, protocol, options);

    /// <summary>Guest memory as devices reach it.</summary>
    public virtual IParty Memory(IPort port, GuestNodes nodes, IGuestMemory ram, IMemoryWatch watch) =>
        new GuestMemory(port, nodes, ram, watch);

    /// <summary>A device.</summary>
    public virtual IParty Device(
        IPort port, GuestNodes nodes, int index, DeviceProfile profile, IProtocol protocol, ProtocolOptions options, IDeviceMeter meter) =>
        new DmaDevice(port, nodes, index, profile, protocol, options, meter);

    /// <summary>A guest CPU with what it runs.</summary>
    public virtual IParty Cpu(
        IPort port, GuestNodes nodes, int index, IGuestMemory ram, IGuestWatch guest, IDice dice, IGuestProgram program, IVcpuWatch watch,
        bool relaxesAtOnce) => new Vcpu(port, nodes, index, ram, guest, dice, program, watch) { RelaxesAtOnce = relaxesAtOnce };
}
