using System.Buffers.Binary;
using VIommuActors.Machine;
using VIommuActors.Machine.DeviceModel;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Q35.Pci;

namespace VIommuActors.Q35.Parties;

/// <summary>QEMU's teaching device: a factorial, an interrupt, and DMA between RAM and a buffer of 4 KiB that takes 100 ms.</summary>
internal sealed class EduDevice : IParty
{
    private const ulong AllOnes = ulong.MaxValue, BufferStart = 0x40000;
    private const int BufferSize = 4096, MsiCapability = 0x40;
    private const ulong Run = 1, ToMemory = 2, WantsInterrupt = 4;
    private const uint InterruptAfterFactorial = 0x80, FactorialInterrupt = 1, DmaInterrupt = 0x100;
    private const long NsPerMs = 1_000_000, DmaMs = 100;

    private readonly IPort _port;
    private readonly PciFunction _function;
    private readonly Action _pinChanged;
    private readonly ulong _dmaMask;
    private readonly DmaEngine _dma;
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly Queue<(ulong Address, uint Data)> _messages = new();
    private uint _complement, _factorial, _status, _interrupts;
    private ulong _source, _destination, _count, _command;
    private long _timer;
    private bool _transfers;

    public EduDevice(
        IPort port, PciFunction function, ulong dmaMask, Action pinChanged, Func<DmaDevice> newDevice, DmaTransfers transfers)
    {
        _port = port;
        _function = function;
        _dmaMask = dmaMask;
        _pinChanged = pinChanged;
        _dma = new DmaEngine(port, newDevice, transfers);
    }

    private bool HasMsi => (_function.Config[MsiCapability + 2] & 1) != 0;

    /// <inheritdoc/>
    public void Receive(Message message)
    {
        switch (message)
        {
            case MmioAccess access:
                // 4 and 8 bytes from 0x80 on, 4 bytes below; QEMU's bus refuses smaller ones before they get here.
                var fits = access.Size == 4 || (access.Size == 8 && access.Address >= 0x80);
                if (access.IsWrite && fits) Write(access.Address, access.Value);
                var value = access.IsWrite || access.Size < 4 ? 0 : fits ? Read(access.Address) : AllOnes;
                _port.Send(access.From, new MmioDone(_port.Self, access.Size == 4 ? (uint)value : value, access.Why));
                break;
            case Wake wake:
                if (wake.Token == _timer) Transfer();
                break;
            case PlatformReset:
                // QEMU's has no reset of its own: its registers, its buffer and a transfer that waits for its time outlive one.
                _dma.Reset();
                break;
            default:
                if (!_dma.Receive(message)) throw new UnhandledMessageException(message, "edu");
                break;
        }
    }

    private ulong Read(ulong offset) => offset switch
    {
        0x00 => 0x010000ed,
        0x04 => _complement,
        0x08 => _factorial,
        0x20 => _status,
        0x24 => _interrupts,
        0x80 => _source,
        0x88 => _destination,
        0x90 => _count,
        0x98 => _command,
        _ => AllOnes,
    };

    private void Write(ulong offset, ulong value)
    {
        switch (offset)
        {
            case 0x04:
                _complement = ~(uint)value;
                break;
            case 0x08:
                _factorial = Factorial((uint)value);
                if ((_status & InterruptAfterFactorial) != 0) Raise(FactorialInterrupt);
                break;
            case 0x20:
                _status = (uint)value & InterruptAfterFactorial;
                break;
            case 0x60:
                Raise((uint)value);
                break;
            case 0x64:
                Lower((uint)value);
                break;
            case 0x80 or 0x88 or 0x90 or 0x98:
                WriteDma(offset, value);
                break;
        }
    }

    private void WriteDma(ulong offset, ulong value)
    {
        // While a transfer is under way, its registers stand still.
        if ((_command & Run) != 0) return;
        switch (offset)
        {
            case 0x80: _source = value; break;
            case 0x88: _destination = value; break;
            case 0x90: _count = value; break;
            case 0x98 when (value & Run) != 0:
                _command = value;
                // The timer counts whole milliseconds of the clock, so it is early by what has passed of the current one.
                _port.After(DmaMs * NsPerMs - _port.NowNs % NsPerMs, new Wake(_port.Self, ++_timer));
                break;
        }
    }

    private static uint Factorial(uint value)
    {
        uint result = 1;
        // 34! and everything above is 0 modulo 2³².
        while (value > 0 && result != 0) result *= value--;
        return result;
    }

    private void Transfer()
    {
        var toMemory = (_command & ToMemory) != 0;
        var inBuffer = (toMemory ? _source : _destination) - BufferStart;
        var address = (toMemory ? _destination : _source) & _dmaMask;
        // Where QEMU stops its process, or goes beyond its buffer, nothing is moved here.
        var fits = inBuffer < BufferSize && _count <= BufferSize - inBuffer;
        if (!fits || !_function.Config.Has(Command.Master))
        {
            // A read that the bus does not let through leaves zeroes.
            if (fits && !toMemory) _buffer.AsSpan((int)inBuffer, (int)_count).Clear();
            Transferred();
            return;
        }
        _transfers = true;
        _dma.Start(
            address, _count, toMemory, (offset, bytes) => _buffer.AsMemory((int)(inBuffer + offset), bytes), _ => Transferred());
    }

    private void Transferred()
    {
        _transfers = false;
        _command &= ~Run;
        if ((_command & WantsInterrupt) != 0) Raise(DmaInterrupt);
        Signal();
    }

    private void Raise(uint bits)
    {
        _interrupts |= bits;
        if (_interrupts == 0) return;
        if (HasMsi) Notify();
        else SetPin(true);
    }

    private void Lower(uint bits)
    {
        _interrupts &= ~bits;
        if (_interrupts == 0 && !HasMsi) SetPin(false);
    }

    private void SetPin(bool level)
    {
        _function.SetPin(level);
        _pinChanged();
    }

    /// <summary>A message goes the way of the device's other writes, one after the other; without bus mastering it goes nowhere.</summary>
    private void Notify()
    {
        if (!_function.Config.Has(Command.Master)) return;
        var config = _function.Config;
        var address = config.Dword(MsiCapability + 4) | ((ulong)config.Dword(MsiCapability + 8) << 32);
        if (_messages.Count < 64) _messages.Enqueue((address, config.Word(MsiCapability + 12)));
        Signal();
    }

    private void Signal()
    {
        if (_transfers || _dma.IsBusy || !_messages.TryDequeue(out var message)) return;
        var data = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(data, message.Data);
        _dma.Start(message.Address, 4, isWrite: true, (offset, bytes) => data.AsMemory((int)offset, bytes), _ => Signal());
    }
}
