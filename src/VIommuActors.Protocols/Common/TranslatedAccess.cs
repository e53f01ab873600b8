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
    /// <summary>Pages translated ahead of an access at the most; the device then moves these and goes on.</summary>
    private const int PagesAhead = 256;

    private readonly IDevicePort _port;
    private readonly Slot[] _slots;

    public TranslatedAccess(IDevicePort port)
    {
        _port = port;
        _slots = new Slot[port.Slots];
        for (var i = 0; i < _slots.Length; i++) _slots[i] = new Slot();
    }

    /// <summary>Called when a slot has used up what it had translated, before the device goes on.</summary>
    public Action<int>? Ended { get; init; }

    public void Start(in DeviceAccess access)
    {
        var slot = _slots[access.Slot];
        if (slot.Next < slot.Pieces.Count)
        {
            Touch(access.Slot, slot);
            return;
        }
        slot.Pieces.Clear();
        slot.Next = 0;
        if (slot.RefusedAhead)
        {
            // The pages before the fault have been moved; this is the one that cannot be.
            slot.RefusedAhead = false;
            _port.Refused(access.Slot);
            return;
        }
        slot.Access = access;
        if (access.Use == TranslationUse.Held && HeldFor(slot, access.Iova, Wanted(access)) is { } held)
        {
            slot.Pieces.Add(held.At(access.Iova, access.Bytes));
            Touch(access.Slot, slot);
            return;
        }
        Translate(access.Slot, slot, access.Iova);
    }

    public void Release(int slot)
    {
        _slots[slot].Held.Clear();
        _slots[slot].Pieces.Clear();
        _slots[slot].Next = 0;
        _slots[slot].RefusedAhead = false;
    }

    /// <summary>True while the slot has or may be given a translation that it has not finished using.</summary>
    /// <remarks>A slot whose hypercall is under way counts for every scope: the answer may have been given before the flush.</remarks>
    public bool Holds(int slot, in DrainScope scope)
    {
        var s = _slots[slot];
        if (s.Phase == Phase.Idle) return false;
        if (s.Phase == Phase.Translating) return true;
        for (var i = s.Next; i < s.Pieces.Count; i++)
        {
            if (s.Pieces[i].IsCovered(scope)) return true;
        }
        return false;
    }

    /// <summary>True while the slot waits for guest memory.</summary>
    public bool IsTouching(int slot) => _slots[slot].Phase == Phase.Touching;

    /// <summary>True when the slot's access is one from device to memory.</summary>
    public bool IsWriting(int slot) => _slots[slot].Access.IsWrite;

    /// <summary>Drops held mappings that the scope covers, as QEMU's unmap notifier would.</summary>
    /// <remarks>An answer that is on its way may be older than the flush: it is used, and waited for, but not held.</remarks>
    public void Revoke(DrainScope scope)
    {
        foreach (var slot in _slots)
        {
            slot.Held.RemoveAll(held => held.IsCovered(scope));
            slot.Keep = false;
        }
    }

    public bool Receive(Message message)
    {
        switch (message)
        {
            case TranslateReply reply:
                Translated(reply);
                return true;
            case DmaDone done:
                Touched(done.Slot, _slots[done.Slot]);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Bytes of an access of <paramref name="bytes"/> at <paramref name="iova"/> that lie in its translated page.</summary>
    internal static int Chunk(Iova iova, int bytes, ulong mask)
    {
        var left = mask + 1 - (iova.Value & mask);
        return left == 0 || left > (ulong)bytes ? bytes : (int)left;
    }

    private static Permission Wanted(in DeviceAccess access) => access.IsWrite ? Permission.Write : Permission.Read;

    private static Piece? HeldFor(Slot slot, Iova iova, Permission wanted)
    {
        foreach (var held in slot.Held)
        {
            if ((iova.Value & ~held.Mask) == (held.Iova.Value & ~held.Mask) && held.Allowed.HasFlag(wanted)) return held;
        }
        return null;
    }

    private void Translate(int index, Slot slot, Iova iova)
    {
        slot.Phase = Phase.Translating;
        slot.Asked = iova;
        slot.Keep = true;
        _port.Send(_port.Hypervisor, new TranslateCall(_port.Self, index, _port.Source, iova, Wanted(slot.Access)));
    }

    private void Translated(TranslateReply reply)
    {
        var slot = _slots[reply.Slot];
        // A doubled or outdated reply must not be taken for the one that is awaited.
        if (slot.Phase != Phase.Translating || reply.Iova != slot.Asked) return;
        if (reply.Errno != 0)
        {
            if (slot.Pieces.Count > 0)
            {
                slot.RefusedAhead = true;
                Touch(reply.Slot, slot);
                return;
            }
            slot.Phase = Phase.Idle;
            Ended?.Invoke(reply.Slot);
            _port.Refused(reply.Slot);
            return;
        }
        var end = slot.Access.Iova.Value + (ulong)slot.Access.Bytes;
        var bytes = Chunk(reply.Iova, (int)(end - reply.Iova.Value), reply.Mask);
        var piece = new Piece(reply.Iova, reply.Address, bytes, reply.Mask, reply.Domain, reply.Allowed);
        slot.Pieces.Add(piece);
        if (slot.Access.Use == TranslationUse.Held && slot.Keep) slot.Held.Add(piece);
        var next = reply.Iova.Value + (ulong)bytes;
        if (slot.Access.Use == TranslationUse.AheadOfAccess && next < end && slot.Pieces.Count < PagesAhead)
            Translate(reply.Slot, slot, new Iova(next));
        else Touch(reply.Slot, slot);
    }

    private void Touch(int index, Slot slot)
    {
        slot.Phase = Phase.Touching;
        var piece = slot.Pieces[slot.Next];
        _port.Send(_port.Memory, new DmaAccess(
            _port.Self, index, _port.Source, slot.Access.Work, piece.Iova, piece.Address, piece.Bytes, slot.Access.IsWrite));
    }

    private void Touched(int index, Slot slot)
    {
        if (slot.Phase != Phase.Touching) return;
        var bytes = slot.Pieces[slot.Next++].Bytes;
        if (slot.Next == slot.Pieces.Count)
        {
            slot.Phase = Phase.Idle;
            Ended?.Invoke(index);
        }
        _port.Progress(index, bytes);
    }

    private enum Phase : byte
    {
        Idle,
        Translating,
        Touching,
    }

    /// <summary>A translated part of an access: it does not leave its page.</summary>
    private readonly record struct Piece(Iova Iova, GuestPhysical Address, int Bytes, ulong Mask, DomainId Domain, Permission Allowed)
    {
        public bool IsCovered(in DrainScope scope) => scope.Covers(Domain, new Iova(Iova.Value & ~Mask), Mask + 1);

        public Piece At(Iova iova, int bytes) => this with
        {
            Iova = iova,
            Address = new GuestPhysical((Address.Value & ~Mask) | (iova.Value & Mask)),
            Bytes = Chunk(iova, bytes, Mask),
        };
    }

    private sealed class Slot
    {
        public readonly List<Piece> Held = [], Pieces = [];
        public DeviceAccess Access;
        public Phase Phase;
        public Iova Asked;
        public int Next;
        public bool Keep, RefusedAhead;
    }
}
