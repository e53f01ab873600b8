using System.Buffers.Binary;

namespace VIommuActors.Q35.Pci;

/// <summary>The 256 bytes of a function's configuration space: values at reset, and which bits software can change.</summary>
internal sealed class ConfigSpace
{
    /// <summary>Bytes of it.</summary>
    public const int Size = 256;

    private readonly byte[] _reset = new byte[Size];
    private readonly byte[] _writable = new byte[Size];
    private readonly byte[] _bytes = new byte[Size];
    private readonly bool[] _survives = new bool[Size];

    /// <summary>
    /// A space with the writable bits that every function has: command, cache line size, interrupt line, and, as QEMU keeps them, all
    /// bytes from 0x40 on that no capability takes.
    /// </summary>
    public ConfigSpace(ReadOnlySpan<byte> header)
    {
        header.CopyTo(_reset);
        _reset.CopyTo(_bytes, 0);
        SetWritable(ConfigOffset.Command, [0x07, 0x05]);
        SetWritable(ConfigOffset.CacheLine, [0xff]);
        SetWritable(ConfigOffset.InterruptLine, [0xff]);
        _writable.AsSpan(0x40).Fill(0xff);
        _survives.AsSpan(0x40).Fill(true);
    }

    /// <summary>The byte at an offset.</summary>
    public byte this[int offset] => _bytes[offset];

    /// <summary>The little-endian word at an offset.</summary>
    public ushort Word(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(offset));

    /// <summary>The little-endian doubleword at an offset.</summary>
    public uint Dword(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));

    /// <summary>True when all of <paramref name="bits"/> are set in the command register.</summary>
    public bool Has(Command bits) => ((Command)Word(ConfigOffset.Command) & bits) == bits;

    /// <summary>Sets or clears bits of a byte on the function's own account.</summary>
    public void Set(int offset, byte bits, bool on) => _bytes[offset] = (byte)(on ? _bytes[offset] | bits : _bytes[offset] & ~bits);

    /// <summary>Sets what a run of bytes holds after reset.</summary>
    public ConfigSpace At(int offset, ReadOnlySpan<byte> values)
    {
        values.CopyTo(_reset.AsSpan(offset));
        values.CopyTo(_bytes.AsSpan(offset));
        _survives.AsSpan(offset, values.Length).Clear();
        return this;
    }

    /// <summary>Sets which bits of a run of bytes can be written.</summary>
    public ConfigSpace SetWritable(int offset, ReadOnlySpan<byte> bits)
    {
        bits.CopyTo(_writable.AsSpan(offset));
        _survives.AsSpan(offset, bits.Length).Clear();
        return this;
    }

    /// <summary>Makes a run of bytes read-only, as a capability's are until it says otherwise.</summary>
    public ConfigSpace ReadOnly(int offset, int count)
    {
        _writable.AsSpan(offset, count).Clear();
        _survives.AsSpan(offset, count).Clear();
        return this;
    }

    /// <summary>Reads up to 4 bytes; those beyond the end read as 0.</summary>
    public uint Read(int offset, int size)
    {
        uint value = 0;
        for (var i = 0; i < size && offset + i < Size; i++) value |= (uint)_bytes[offset + i] << (8 * i);
        return value;
    }

    /// <summary>Writes the writable bits of up to 4 bytes.</summary>
    public void Write(int offset, int size, uint value)
    {
        for (var i = 0; i < size && offset + i < Size; i++)
        {
            var mask = _writable[offset + i];
            _bytes[offset + i] = (byte)((_bytes[offset + i] & ~mask) | ((byte)(value >> (8 * i)) & mask));
        }
    }

    /// <summary>As at power on, but for the bytes that nobody takes: QEMU leaves those as they are.</summary>
    public void Reset()
    {
        for (var i = 0; i < Size; i++)
            if (!_survives[i]) _bytes[i] = _reset[i];
    }
}

/// <summary>Offsets of the configuration header (PCI Local Bus 3.0, chapter 6; bridges: PCI-to-PCI Bridge 1.2, chapter 3).</summary>
internal static class ConfigOffset
{
    public const int Command = 0x04, Status = 0x06, CacheLine = 0x0c, HeaderType = 0x0e, Bar0 = 0x10, InterruptLine = 0x3c,
        Secondary = 0x19, Subordinate = 0x1a, MemoryBase = 0x20, MemoryLimit = 0x22,
        PrefetchableBase = 0x24, PrefetchableLimit = 0x26, PrefetchableBaseHigh = 0x28, PrefetchableLimitHigh = 0x2c,
        BridgeControl = 0x3e;
}

/// <summary>Bits of the command register that matter here.</summary>
[Flags]
internal enum Command : ushort
{
    Memory = 2,
    Master = 4,
    InterruptDisable = 0x400,
}
