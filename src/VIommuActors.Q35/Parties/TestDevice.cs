using VIommuActors.Machine;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Q35.Board;
using VIommuActors.Vtd;

namespace VIommuActors.Q35.Parties;

/// <summary>
/// QEMU's iommu-testdev: reading offset 0 writes a pattern through the unit and compares what system memory holds then. Its DMA does
/// not ask for bus mastering. The read is answered when the DMA is over.
/// </summary>
internal sealed class TestDevice(IPort port, Func<DmaDevice> newDevice, DmaTransfers transfers, BoardRam ram) : IParty
{
    private const uint Success = 0, Idle = 0xffffffff, Busy = 0xfffffffe, BadLength = 0xdead0001, TransferFailed = 0xdead0002,
        ReadFailed = 0xdead0003, Mismatch = 0xdead0004, NotArmed = 0xdead0005, BadAttributes = 0xdead0006;

    private const uint Pattern = 0x12345678, AttributesAtReset = 2;

    private const int Chunk = 0x1000;

    private readonly DmaEngine _dma = new(port, newDevice, transfers);
    private readonly byte[] _chunk = new byte[DmaEngine.MostPerPiece];
    private uint _addressLow, _addressHigh, _length, _result = Idle, _attributes = AttributesAtReset, _physicalLow, _physicalHigh;
    private bool _armed;
    private NodeId _reader = NodeId.None;

    /// <inheritdoc/>
    public void Receive(Message message)
    {
        switch (message)
        {
            case MmioAccess { IsWrite: false, Address: 0, Size: 4 } trigger:
                Trigger(trigger.From);
                break;
            case MmioAccess access:
                if (access is { IsWrite: true, Size: 4 }) Write(access.Address, (uint)access.Value);
                var value = access is { IsWrite: false, Size: 4 } ? Read(access.Address) : 0;
                port.Send(access.From, new MmioDone(port.Self, value, access.Why));
                break;
            case PlatformReset:
                Reset();
                break;
            default:
                if (!_dma.Receive(message)) throw new UnhandledMessageException(message, "iommu-testdev");
                break;
        }
    }

    private uint Read(ulong offset) => offset switch
    {
        0x04 => _addressLow,
        0x08 => _addressHigh,
        0x0c => _length,
        0x10 => _result,
        0x18 => _attributes,
        0x1c => _physicalLow,
        0x20 => _physicalHigh,
        _ => 0,
    };

    private void Write(ulong offset, uint value)
    {
        switch (offset)
        {
            case 0x04: _addressLow = value; break;
            case 0x08: _addressHigh = value; break;
            case 0x0c: _length = value; break;
            case 0x10: _result = value; break;
            case 0x14:
                _armed = (value & 1) != 0;
                _result = _armed ? Busy : Idle;
                break;
            case 0x18: _attributes = value; break;
            case 0x1c: _physicalLow = value; break;
            case 0x20: _physicalHigh = value; break;
            default: break;
        }
    }

    private void Trigger(NodeId reader)
    {
        // A read that comes while the DMA it started goes on, from a device by DMA, starts nothing.
        if (_dma.IsBusy) Answer(reader);
        else if (!_armed) Close(reader, NotArmed);
        else if (_length == 0) Close(reader, BadLength);
        else if (HasBadAttributes) Close(reader, BadAttributes);
        else
        {
            _reader = reader;
            var address = _addressLow | ((ulong)_addressHigh << 32);
            _dma.Start(address, _length, isWrite: true, PatternAt, ok => Close(_reader, ok ? Compare() : TransferFailed));
        }
    }

    /// <summary>With the valid bit, secure and space must agree; spaces above 1 are not looked at.</summary>
    private bool HasBadAttributes => (_attributes & 0xf) is 0x8 or 0xb;

    private Memory<byte> PatternAt(ulong offset, int bytes)
    {
        for (var i = 0; i < bytes; i++) _chunk[i] = PatternByte(offset + (ulong)i);
        return _chunk.AsMemory(0, bytes);
    }

    private static byte PatternByte(ulong offset) => (byte)(Pattern >> (int)(8 * (offset & 3)));

    private uint Compare()
    {
        var address = _physicalLow | ((ulong)_physicalHigh << 32);
        for (ulong at = 0; at < _length;)
        {
            var run = ram.Run(address + at, out _);
            if (run == 0) return ReadFailed;
            var bytes = (int)Math.Min(Math.Min(run, Chunk), _length - at);
            var part = _chunk.AsSpan(0, bytes);
            ram.TryRead(new GuestPhysical(address + at), part);
            for (var i = 0; i < bytes; i++)
            {
                if (part[i] != PatternByte(at + (ulong)i)) return Mismatch;
            }
            at += (ulong)bytes;
        }
        return Success;
    }

    private void Close(NodeId reader, uint result)
    {
        _armed = false;
        _result = result;
        Answer(reader);
    }

    private void Answer(NodeId reader) => port.Send(reader, new MmioDone(port.Self, 0, Purpose.Other));

    private void Reset()
    {
        _dma.Reset();
        (_addressLow, _addressHigh, _length, _physicalLow, _physicalHigh) = (0, 0, 0, 0, 0);
        (_result, _attributes, _armed) = (Idle, AttributesAtReset, false);
    }
}
