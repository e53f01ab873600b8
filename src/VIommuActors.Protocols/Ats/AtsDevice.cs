using VIommuActors.Protocols.Common;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Protocols.Ats;

/// <summary>
/// The device's half: its TLB and the uses in flight. An invalidate request empties the range at once and is completed when the
/// uses that began before it have ended.
/// </summary>
/// <remarks>
/// A translation that was asked for before the request and arrives after it is used but not kept, and the completion waits for
/// that use too: the answer may be older than the invalidation when a link reorders.
/// </remarks>
internal class AtsDevice(IDevicePort port, int tlbEntries) : IDeviceHalf
{
    /// <summary>Bits of a request's number that hold the slot; the ticket above them tells one request of a slot from the next.</summary>
    private const int SlotBits = 12, Tickets = 1 << 8;

    private readonly DeviceTlb _tlb = new(tlbEntries);
    private readonly Use[] _uses = new Use[port.Slots];
    private readonly OwedAnswers _owed = new(port);

    public void Start(in DeviceAccess access)
    {
        ref var use = ref _uses[access.Slot];
        use.Access = access;
        var wanted = access.IsWrite ? Permission.Write : Permission.Read;
        if (_tlb.TryGet(access.Iova, wanted, out var entry))
        {
            Touch(access.Slot, ref use, entry);
            return;
        }
        use.Phase = Phase.Translating;
        use.Keep = true;
        // As a PCIe tag: a second copy of an older answer must not be taken for the one that is awaited.
        var number = access.Slot | (use.Ticket << SlotBits);
        port.Send(port.Hypervisor, new AtsTranslate(port.Self, number, port.Source, access.Iova, wanted));
    }

    public bool Receive(Message message)
    {
        switch (message)
        {
            case AtsTranslated reply:
                Translated(reply);
                return true;
            case DmaDone done:
                if (_uses[done.Slot].Phase != Phase.Touching) return true;
                End(done.Slot);
                port.Progress(done.Slot, _uses[done.Slot].Chunk);
                return true;
            case InvReq request:
                Invalidate(request);
                return true;
            default:
                return false;
        }
    }

    private void Translated(AtsTranslated reply)
    {
        var slot = reply.Slot & ((1 << SlotBits) - 1);
        ref var use = ref _uses[slot];
        if (use.Phase != Phase.Translating || reply.Slot >> SlotBits != use.Ticket) return;
        use.Ticket = (use.Ticket + 1) % Tickets;
        var wanted = use.Access.IsWrite ? Permission.Write : Permission.Read;
        if (!reply.Allowed.HasFlag(wanted))
        {
            End(slot);
            port.Refused(slot);
            return;
        }
        var entry = new TlbEntry(reply.Iova.Value & ~reply.Mask, reply.Address.Value & ~reply.Mask, reply.Mask, reply.Allowed);
        if (use.Keep) _tlb.Add(entry);
        Touch(slot, ref use, entry);
    }

    private void Touch(int slot, ref Use use, in TlbEntry entry)
    {
        use.Phase = Phase.Touching;
        use.Entry = entry;
        use.Chunk = TranslatedAccess.Chunk(use.Access.Iova, use.Access.Bytes, entry.Mask);
        var address = new GuestPhysical(entry.Address | (use.Access.Iova.Value & entry.Mask));
        port.Send(
            port.Memory,
            new DmaAccess(port.Self, slot, port.Source, use.Access.Work, use.Access.Iova, address, use.Chunk, use.Access.IsWrite));
    }

    private void Invalidate(InvReq request)
    {
        _tlb.Drop(request.Address, request.Pages);
        var waitFor = new HashSet<int>();
        for (var slot = 0; slot < _uses.Length; slot++)
        {
            ref var use = ref _uses[slot];
            if (use.Phase == Phase.Translating) use.Keep = KeepsAnswerAfterInvalidation;
            if (WaitsFor(slot, request)) waitFor.Add(slot);
        }
        _owed.Owe(request.From, new InvComp(port.Self, port.Source, request.ITag), waitFor);
    }

    /// <summary>Is a translation kept that was asked for before an invalidation and is answered after it?</summary>
    protected virtual bool KeepsAnswerAfterInvalidation => false;

    /// <summary>Must the completion wait for what the slot is doing?</summary>
    protected virtual bool WaitsFor(int slot, InvReq request) => _uses[slot].Phase switch
    {
        Phase.Translating => true,
        Phase.Touching => _uses[slot].Entry.Overlaps(request.Address, request.Pages),
        _ => false,
    };

    private void End(int slot)
    {
        _uses[slot].Phase = Phase.Idle;
        _owed.Ended(slot);
    }

    private enum Phase : byte
    {
        Idle,
        Translating,
        Touching,
    }

    private struct Use
    {
        public DeviceAccess Access;
        public Phase Phase;
        public bool Keep;
        public int Ticket;
        public TlbEntry Entry;
        public int Chunk;
    }
}
