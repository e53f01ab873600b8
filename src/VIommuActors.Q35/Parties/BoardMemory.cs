using System.Buffers.Binary;
using VIommuActors.Machine;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Q35.Board;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Q35.Parties;

/// <summary>
/// The system bus as devices reach it behind the unit: moves the bytes of each access between the request's buffer and RAM or the
/// registers of a device. A doubleword written into the interrupt range is an interrupt request.
/// </summary>
/// <remarks>
/// The unit's own registers are not reached: a copy of the memcpy design holds the unit's lock, and a register write would wait for it.
/// </remarks>
internal sealed class BoardMemory(IPort port, GuestNodes nodes, BoardRam ram, Func<AddressMap> map, DmaTransfers transfers) : IParty
{
    private readonly Queue<Access> _registers = new();

    /// <inheritdoc/>
    public void Receive(Message message)
    {
        switch (message)
        {
            case DmaAccess access:
                Begin(access);
                break;
            case MmioDone done:
                RegisterDone(done.Value);
                break;
            case ReapFence fence:
                port.Send(fence.Hypervisor, new Reaped(port.Self, fence.From, fence.Alone, fence.Life));
                break;
            default:
                throw new UnhandledMessageException(message, "memory");
        }
    }

    private void Begin(DmaAccess access)
    {
        var transfer = transfers[access.Work];
        var data = transfer.Part(access.Iova.Value, access.Bytes);
        var address = access.Address.Value;
        if (InterruptRange.Contains(address)) Interrupt(access, data.Span);
        else if (!Move(address, access.IsWrite, data, out var moved))
        {
            var work = new Access(access, transfer, data) { At = moved };
            _registers.Enqueue(work);
            if (_registers.Count == 1) Register(work);
            return;
        }
        port.Send(access.From, new DmaDone(port.Self, access.Slot));
    }

    /// <summary>Moves the run of RAM that an address begins with; true when that was all.</summary>
    private bool Move(ulong address, bool isWrite, Memory<byte> data, out int moved)
    {
        var run = ram.Run(address, out _);
        moved = (int)Math.Min(run, (ulong)data.Length);
        var part = data.Span[..moved];
        if (isWrite) ram.TryWrite(new GuestPhysical(address), part);
        else ram.TryRead(new GuestPhysical(address), part);
        return moved == data.Length;
    }

    private void Interrupt(DmaAccess access, Span<byte> data)
    {
        // Only a write of one doubleword is an interrupt; anything else ends here.
        if (!access.IsWrite) data.Clear();
        else if (data.Length == 4)
        {
            var request = new InterruptRequest(
                port.Self, access.Source, access.Address.Value, BinaryPrimitives.ReadUInt32LittleEndian(data));
            port.Send(nodes.Units[0], request);
        }
    }

    /// <summary>Goes on with an access until it has to wait for a device or is over.</summary>
    private void Register(Access work)
    {
        while (work.At < work.Data.Length)
        {
            var address = work.Request.Address.Value + (ulong)work.At;
            var rest = work.Data[work.At..];
            var region = map().Find(address);
            if (region.Target == Target.Ram)
            {
                Move(address, work.Request.IsWrite, rest, out var moved);
                work.At += moved;
                continue;
            }
            if (region.Target == Target.Device)
            {
                work.Size = AddressMap.AccessSize(region.Offset, Math.Min(region.Left, (ulong)rest.Length), 8);
                var value = work.Request.IsWrite ? Bytes.Read(rest.Span[..work.Size]) : 0;
                port.Send(nodes.Devices[region.Party].Node, new MmioAccess(
                    port.Self, region.Offset, work.Size, work.Request.IsWrite, value, Purpose.Dma));
                return;
            }
            var hole = (int)Math.Min(region.Left, (ulong)rest.Length);
            if (!work.Request.IsWrite) rest.Span[..hole].Clear();
            work.Transfer.MissedMemory = true;
            work.At += hole;
        }
        _registers.Dequeue();
        port.Send(work.Request.From, new DmaDone(port.Self, work.Request.Slot));
        if (_registers.TryPeek(out var next)) Register(next);
    }

    private void RegisterDone(ulong value)
    {
        if (!_registers.TryPeek(out var work)) return;
        if (!work.Request.IsWrite) Bytes.Write(work.Data.Span.Slice(work.At, work.Size), value);
        work.At += work.Size;
        Register(work);
    }

    private sealed class Access(DmaAccess request, DmaTransfer transfer, Memory<byte> data)
    {
        public DmaAccess Request { get; } = request;

        public DmaTransfer Transfer { get; } = transfer;

        public Memory<byte> Data { get; } = data;

        public int At { get; set; }

        public int Size { get; set; }
    }
}
