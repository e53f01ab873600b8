using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Machine.Memory;

/// <summary>
/// The guest's RAM as devices reach it: one message, one access, and whatever happened between a translation and this message has
/// happened. The first quadword of a write carries the request's number, so that memory shows who wrote last.
/// </summary>
public sealed class GuestMemory(IPort port, GuestNodes nodes, IGuestMemory ram, IMemoryWatch watch) : IParty
{
    /// <inheritdoc/>
    public void Receive(Message message)
    {
        switch (message)
        {
            case DmaAccess access:
                watch.Accessed(nodes.Guest, access.Source, access.Work, access.Iova, access.Address, access.Bytes, access.IsWrite);
                var word = new GuestPhysical(access.Address.Value & ~7UL);
                if (access.IsWrite) ram.TryWrite64(word, (ulong)access.Work);
                else ram.TryRead64(word, out _);
                port.Send(access.From, new DmaDone(port.Self, access.Slot));
                break;
            case ReapFence fence:
                port.Send(fence.Hypervisor, new Reaped(port.Self, fence.From, fence.Alone, fence.Life));
                break;
            default:
                throw new UnhandledMessageException(message, "guest memory");
        }
    }
}
