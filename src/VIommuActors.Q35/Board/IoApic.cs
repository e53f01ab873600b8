using VIommuActors.Vtd.Spec;

namespace VIommuActors.Q35.Board;

/// <summary>
/// The I/O APIC at 0xfec00000 (82093AA data sheet; version 0x20 with an EOI register as QEMU has it): turns its inputs into writes to the
/// interrupt range.
/// </summary>
internal sealed class IoApic
{
    /// <summary>Inputs.</summary>
    public const int Inputs = 24;

    private const ulong DeliveryStatus = 1 << 12, RemoteIrr = 1 << 14, LevelTriggered = 1 << 15, Masked = 1 << 16;
    private const ulong ReadOnly = DeliveryStatus | RemoteIrr;
    private const int FirstEntry = 0x10;

    private readonly ulong[] _entries = new ulong[Inputs];
    private readonly Action<ulong, uint> _request;
    private uint _pending;
    private byte _select, _id;

    /// <summary>An I/O APIC at power on; <paramref name="request"/> takes address and data of each interrupt.</summary>
    public IoApic(Action<ulong, uint> request)
    {
        _request = request;
        Reset();
    }

    /// <summary>Reads a register; offsets repeat every 256 bytes.</summary>
    public uint Read(ulong offset, int size) => (offset & 0xff) switch
    {
        0x00 => _select,
        0x10 when size == 4 => _select switch
        {
            0 or 2 => (uint)_id << 24,
            1 => ((Inputs - 1) << 16) | 0x20,
            _ => (_select - FirstEntry) >> 1 is >= 0 and < Inputs and var entry ? (uint)(_entries[entry] >> (32 * (_select & 1))) : 0,
        },
        _ => 0,
    };

    /// <summary>Writes a register.</summary>
    public void Write(ulong offset, int size, uint value)
    {
        switch (offset & 0xff)
        {
            case 0x00:
                _select = (byte)value;
                break;
            case 0x10 when size == 4 && _select == 0:
                _id = (byte)((value >> 24) & 0xf);
                break;
            case 0x10 when size == 4 && (_select - FirstEntry) >> 1 is >= 0 and < Inputs and var entry:
                WriteEntry(entry, value);
                break;
            case 0x40 when size == 4:
                EndOfInterrupt((byte)value);
                break;
        }
    }

    /// <summary>An input changes its level, or an edge comes.</summary>
    public void Set(int input, bool level)
    {
        // The timer's interrupt 0 is wired to input 2.
        if (input == 0) input = 2;
        var bit = 1u << input;
        var entry = _entries[input];
        if ((entry & LevelTriggered) != 0)
        {
            if (level) _pending |= bit;
            else _pending &= ~bit;
            if (level && (entry & RemoteIrr) == 0) Serve();
        }
        else if (level && (entry & Masked) == 0)
        {
            _pending |= bit;
            Serve();
        }
    }

    /// <summary>Everything masked, nothing pending.</summary>
    public void Reset()
    {
        Array.Fill(_entries, Masked);
        (_pending, _select, _id) = (0, 0, 0);
    }

    private void WriteEntry(int index, uint value)
    {
        var half = (_select & 1) * 32;
        var entry = (_entries[index] & ~(0xffffffffUL << half)) | ((ulong)value << half);
        entry = (entry & ~ReadOnly) | (_entries[index] & ReadOnly);
        // An edge has no remote IRR: software clears a stuck one by switching to edge and back.
        if ((entry & LevelTriggered) == 0) entry &= ~RemoteIrr;
        _entries[index] = entry;
        Serve();
    }

    private void EndOfInterrupt(byte vector)
    {
        for (var i = 0; i < Inputs; i++)
        {
            if ((byte)_entries[i] != vector || (_entries[i] & (LevelTriggered | RemoteIrr)) != (LevelTriggered | RemoteIrr)) continue;
            _entries[i] &= ~RemoteIrr;
            if ((_entries[i] & Masked) == 0 && (_pending & (1u << i)) != 0) Serve();
        }
    }

    private void Serve()
    {
        for (var i = 0; i < Inputs; i++)
        {
            var entry = _entries[i];
            if ((_pending & (1u << i)) == 0 || (entry & Masked) != 0) continue;
            if ((entry & LevelTriggered) == 0) _pending &= ~(1u << i);
            else if ((entry & RemoteIrr) != 0) continue;
            else _entries[i] |= RemoteIrr;
            var address = InterruptRange.First | ((entry >> 48) << 4) | (((entry >> 11) & 1) << 2);
            var data = (uint)((entry & 0xff) | (entry & LevelTriggered) | (((entry >> 8) & 7) << 8));
            _request(address, data);
        }
    }
}
