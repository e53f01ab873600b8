using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Workloads;
using VIommuActors.Machine;
using VIommuActors.Machine.Cpu;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Q35.Parties;
using VIommuActors.Q35.Pci;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Q35.Board;

/// <summary>A machine whose CPU is driven from outside and whose memory and devices move real bytes; the rest is the real machine.</summary>
internal sealed class BoardParts(BoardRam ram, Func<AddressMap> map, IReadOnlyList<PciDevice> devices, Action pinChanged) : MachineParts
{
    private readonly DmaTransfers _transfers = new();

    /// <summary>CPU 0, once its actor has started.</summary>
    public BoardCpu CpuZero { get; private set; } = null!;

    /// <inheritdoc/>
    public override IParty Cpu(
        IPort port, GuestNodes nodes, int index, IGuestMemory memory, IGuestWatch guest, IDice dice, IGuestProgram program,
        IVcpuWatch watch, bool relaxesAtOnce) => CpuZero = new BoardCpu(port);

    /// <inheritdoc/>
    public override IParty Memory(IPort port, GuestNodes nodes, IGuestMemory memory, IMemoryWatch watch) =>
        new BoardMemory(port, nodes, ram, map, _transfers);

    /// <inheritdoc/>
    public override IParty Device(
        IPort port, GuestNodes nodes, int index, DeviceProfile profile, IProtocol protocol, ProtocolOptions options, IDeviceMeter meter)
    {
        var device = devices[index];
        return device.Type == PciDevice.Edu
            ? new EduDevice(port, device.Function, device.DmaMask, pinChanged, NewDevice, _transfers)
            : new TestDevice(port, NewDevice, _transfers, ram);

        DmaDevice NewDevice() => new(port, nodes, index, profile, protocol, options, meter);
    }
}
