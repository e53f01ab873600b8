using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Workloads;
using VIommuActors.Machine;
using VIommuActors.Machine.Cpu;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;
using VIommuActors.Xen.Events;

namespace VIommuActors.Cluster.Timeline;

/// <summary>The parts of a machine, each handling its messages as steps of a trace.</summary>
internal sealed class RecordedParts(MachineParts parts, HalfRecorder recorder) : MachineParts
{
    /// <inheritdoc/>
    public override IParty Unit(
        IPort port, GuestNodes nodes, int index, VtdOptions unit, IGuestMemory memory, IProtocol protocol, ProtocolOptions options,
        IUnitObserver? observer) => Recorded(port, parts.Unit(port, nodes, index, unit, memory, protocol, options, observer));

    /// <inheritdoc/>
    public override IParty Hub(IPort port, GuestNodes nodes, EventChannels channels, IReadOnlyList<SharedPages> pages) =>
        Recorded(port, parts.Hub(port, nodes, channels, pages));

    /// <inheritdoc/>
    public override IParty Dummy(
        IPort port, GuestNodes nodes, int index, SharedPages shared, IProtocol protocol, ProtocolOptions options) =>
        Recorded(port, parts.Dummy(port, nodes, index, shared, protocol, options));

    /// <inheritdoc/>
    public override IParty Memory(IPort port, GuestNodes nodes, IGuestMemory ram, IMemoryWatch watch) =>
        Recorded(port, parts.Memory(port, nodes, ram, watch));

    /// <inheritdoc/>
    public override IParty Device(
        IPort port, GuestNodes nodes, int index, DeviceProfile profile, IProtocol protocol, ProtocolOptions options, IDeviceMeter meter) =>
        Recorded(port, parts.Device(port, nodes, index, profile, protocol, options, meter));

    /// <inheritdoc/>
    public override IParty Cpu(
        IPort port, GuestNodes nodes, int index, IGuestMemory ram, IGuestWatch guest, IDice dice, IGuestProgram program, IVcpuWatch watch,
        bool relaxesAtOnce) =>
        Recorded(port, parts.Cpu(port, nodes, index, ram, guest, dice, program, watch, relaxesAtOnce));

    private Steps Recorded(IPort port, IParty party) => new(port.Self, party, recorder);

    private sealed class Steps(NodeId self, IParty party, HalfRecorder recorder) : IParty
    {
        public void Receive(Message message) => recorder.Handle(self, party, message);
    }
}
