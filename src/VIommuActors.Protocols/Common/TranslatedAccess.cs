using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Protocols.Common;

/// <summary>
/// A device that translates by hypercall and then touches memory itself: the gap that everything here is about lies between
/// <see cref="Receive"/> of the reply and guest memory's handling of the access. Designs build their device half around it.
/// </summary>
internal sealed class TranslatedAccess
{
    private readonly IDevicePort _port;
    private readonly Slot[] _slots;

    public TranslatedAccess(IDevicePort port)
    {
        _port = port;
        _slots = new Slot[port.Slots];
        for (var i = 0; i < _slots.Length; i++) _slots[i] = new Slot();
    }

    /// <summary>Called when a slot's access has ended, before the device goes on.</summary>
    public Action<int>? Ended { get; init; }

    public void Start(in DeviceAccess access)
    {
        var slot = _slots[access.Slot];
        slot.Access = access;
        if (access.Held)
        {
            foreach (var held in slot.Held)
            {
                if ((access.Iova.Value & ~held.Mask) != held.Base) continue;
                Touch(access.Slot, slot, new GuestPhysical(held.Address | (access.Iova.Value & held.Mask)), held.Mask, held.Domain);
                return;
            }
        }
        slot.Phase = Phase.Translating;
        var wanted = access.IsWrite ? Permission.Write : Permission.Read;
        _port.Send(_port.Hypervisor, new TranslateCall(_port.Self, access.Slot, _port.Source, access.Iova, wanted));
    }

    public void Release(int slot) => _slots[slot].Held.Clear();

    /// <summary>True while the slot has or may be given a translation that it has not finished using.</summary>
    /// <remarks>A slot whose hypercall is under way counts for every scope: the answer may have been given before the flush.</remarks>
    public bool Holds(int slot, in DrainScope scope)
    {
        var s = _slots[slot];
        return s.Phase switch
        {
            Phase.Translating => true,
            Phase.Touching => scope.Covers(s.Domain, new Iova(s.Access.Iova.Value & ~s.Mask), s.Mask + 1),
            _ => false,
        };
    }

    /// <summary>Drops held mappings that the scope covers, as QEMU's unmap notifier would.</summary>
    public void Revoke(DrainScope scope)
    {
        foreach (var slot in _slots)
            slot.Held.RemoveAll(held => scope.Covers(held.Domain, new Iova(held.Base), held.Mask + 1));
    }

    public bool Receive(Message message)
    {
        switch (message)
        {
            case TranslateReply reply:
                Translated(reply);
                return true;
            case DmaDone done:
                var slot = _slots[done.Slot];
                if (slot.Phase != Phase.Touching) return true;
                End(done.Slot, slot);
                _port.Progress(done.Slot, slot.Chunk);
                return true;
            default:
                return false;
        }
    }

    private void Translated(TranslateReply reply)
    {
        var slot = _slots[reply.Slot];
        // A doubled or outdated reply must not be taken for the one that is awaited.
        if (slot.Phase != Phase.Translating || reply.Iova != slot.Access.Iova) return;
        if (reply.Errno != 0)
        {
            End(reply.Slot, slot);
            _port.Refused(reply.Slot);
            return;
        }
        if (slot.Access.Held)
            slot.Held.Add(new HeldMapping(reply.Iova.Value & ~reply.Mask, reply.Address.Value & ~reply.Mask, reply.Mask, reply.Domain));
        Touch(reply.Slot, slot, reply.Address, reply.Mask, reply.Domain);
    }

    private void Touch(int index, Slot slot, GuestPhysical address, ulong mask, DomainId domain)
    {
        slot.Phase = Phase.Touching;
        slot.Mask = mask;
        slot.Domain = domain;
        slot.Chunk = Chunk(slot.Access, mask);
        _port.Send(_port.Memory, new DmaAccess(_port.Self, index, _port.Source, slot.Access.Work, slot.Access.Iova, address, slot.Chunk, slot.Access.IsWrite));
    }

    private void End(int index, Slot slot)
    {
        slot.Phase = Phase.Idle;
        Ended?.Invoke(index);
    }

    /// <summary>Bytes of the access that lie in the translated page.</summary>
    internal static int Chunk(in DeviceAccess access, ulong mask)
    {
        var left = mask + 1 - (access.Iova.Value & mask);
        return left == 0 || left > (ulong)access.Bytes ? access.Bytes : (int)left;
    }

    private enum Phase : byte
    {
        Idle,
        Translating,
        Touching,
    }

    private readonly record struct HeldMapping(ulong Base, ulong Address, ulong Mask, DomainId Domain);

    private sealed class Slot
    {
        public readonly List<HeldMapping> Held = [];
        public DeviceAccess Access;
        public Phase Phase;
        public ulong Mask;
        public DomainId Domain;
        public int Chunk;
    }
}
