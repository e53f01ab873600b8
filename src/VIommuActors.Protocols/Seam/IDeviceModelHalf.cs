using System.Collections.Immutable;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.Protocols.Seam;

/// <summary>What the dummy vIOMMU offers a protocol's QEMU half.</summary>
public interface IDeviceModelPort : IPort
{
    /// <summary>The hypervisor's unit that this dummy stands for.</summary>
    NodeId Hypervisor { get; }

    /// <summary>The DMA devices behind that unit that are there, in the order of their source ids.</summary>
    ImmutableArray<NodeId> Devices { get; }
}

/// <summary>QEMU's half of a design: what the dummy vIOMMU does with a write that the hypervisor passed on.</summary>
public interface IDeviceModelHalf
{
    /// <summary>
    /// A forwarded write arrived; the ioreq is answered right after this returns, so long work must be started, not done.
    /// </summary>
    void Forwarded(ulong address, ulong value);

    /// <summary>A message of this design's conversation. False: not one of ours.</summary>
    bool Receive(Message message);

    /// <summary>A device is gone and can touch nothing any more; it answers nothing that it was asked.</summary>
    void DeviceGone(NodeId device)
    {
    }
}
