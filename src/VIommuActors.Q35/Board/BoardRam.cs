using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Q35.Board;

/// <summary>
/// RAM where a q35 has it: below 0xb0000000, and what does not fit from 4 GiB on; from 0xb0000000 bytes of RAM on only 2 GiB stay below.
/// 0xa0000 to 0xfffff is no RAM: the VGA window and the ROMs, which are empty here.
/// </summary>
internal sealed class BoardRam : IGuestMemory
{
    private const ulong HoleFrom = 0xa0000, HoleTo = 0x100000, FourGib = 1UL << 32, Large = 0xb0000000, LowOfLarge = 0x80000000;

    private readonly GuestRam _ram;
    private readonly ulong _low;

    /// <summary>RAM of a size in bytes, all zero.</summary>
    public BoardRam(ulong bytes)
    {
        _ram = new GuestRam(bytes);
        _low = bytes >= Large ? LowOfLarge : bytes;
    }

    /// <summary>How many bytes from <paramref name="address"/> on are RAM without a gap; 0 in a hole.</summary>
    public ulong Run(ulong address, out GuestPhysical inside)
    {
        inside = new GuestPhysical(address);
        if (address < HoleFrom) return Math.Min(HoleFrom, _low) - Math.Min(address, _low);
        if (address < HoleTo) return 0;
        if (address < _low) return _low - address;
        if (address < FourGib) return 0;
        var above = address - FourGib + _low;
        inside = new GuestPhysical(above);
        return above < _ram.Size ? _ram.Size - above : 0;
    }

    /// <inheritdoc/>
    public bool TryRead64(GuestPhysical address, out ulong value)
    {
        if (Run(address.Value, out var inside) >= 8) return _ram.TryRead64(inside, out value);
        value = 0;
        return false;
    }

    /// <inheritdoc/>
    public bool TryWrite64(GuestPhysical address, ulong value) =>
        Run(address.Value, out var inside) >= 8 && _ram.TryWrite64(inside, value);

    /// <inheritdoc/>
    public bool TryWrite32(GuestPhysical address, uint value) =>
        Run(address.Value, out var inside) >= 4 && _ram.TryWrite32(inside, value);

    /// <inheritdoc/>
    public bool TryRead(GuestPhysical address, Span<byte> into) =>
        Run(address.Value, out var inside) >= (ulong)into.Length && _ram.TryRead(inside, into);

    /// <inheritdoc/>
    public bool TryWrite(GuestPhysical address, ReadOnlySpan<byte> from) =>
        Run(address.Value, out var inside) >= (ulong)from.Length && _ram.TryWrite(inside, from);
}
