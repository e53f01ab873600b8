using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Seam;

/// <summary>What a DMA device offers a protocol's device half.</summary>
public interface IDevicePort : IPort
{
    /// <summary>Requester id of the function.</summary>
    SourceId Source { get; }

    /// <summary>The unit the function sits behind.</summary>
    NodeId Hypervisor { get; }

    /// <summary>The dummy vIOMMU of its emulator.</summary>
    NodeId Dummy { get; }

    /// <summary>Guest memory.</summary>
    NodeId Memory { get; }

    /// <summary>Requests the device works on at once; slots are 0 to this − 1.</summary>
    int Slots { get; }

    /// <summary><paramref name="bytes"/> of the slot's current access have taken effect; the device goes on behind them.</summary>
    void Progress(int slot, int bytes);

    /// <summary>The slot's current access was refused.</summary>
    void Refused(int slot);

    /// <summary>Bytes that were moved a second time on this design's account.</summary>
    void CountCopied(long bytes);

    /// <summary>What copying that many bytes between a bounce buffer and the device costs, in virtual nanoseconds.</summary>
    long BounceNs(int bytes);
}

/// <summary>One access a device wants: the unfinished rest of a segment.</summary>
/// <param name="Slot">The device's slot; one access a slot at a time.</param>
/// <param name="Work">The DMA request it belongs to.</param>
/// <param name="Iova">Where it begins.</param>
/// <param name="Bytes">How much is left, ≥ 1.</param>
/// <param name="IsWrite">Device to memory.</param>
/// <param name="Use">How the device goes about its translations, where the design leaves that to it.</param>
public readonly record struct DeviceAccess(int Slot, long Work, Iova Iova, int Bytes, bool IsWrite, TranslationUse Use);

/// <summary>When a device asks for translations and how long it keeps them.</summary>
public enum TranslationUse : byte
{
    /// <summary>Page by page, each right before its access (QEMU's <c>pci_dma_rw</c>).</summary>
    PerPage,

    /// <summary>All pages of an access first, then the bytes (QEMU's scatter-gather helpers: map the list, then do the I/O).</summary>
    AheadOfAccess,

    /// <summary>Once for many accesses, as QEMU does for rings and frame buffers.</summary>
    Held,
}

/// <summary>The device's half of a design: how an access gets from an I/O virtual address to memory.</summary>
public interface IDeviceHalf
{
    /// <summary>Begin an access; <see cref="IDevicePort.Progress"/> or <see cref="IDevicePort.Refused"/> follows.</summary>
    void Start(in DeviceAccess access);

    /// <summary>The request that held mappings in this slot is over.</summary>
    void Release(int slot)
    {
    }

    /// <summary>A message of this design's conversation, or the answer of guest memory. False: not one of ours.</summary>
    bool Receive(Message message);
}
