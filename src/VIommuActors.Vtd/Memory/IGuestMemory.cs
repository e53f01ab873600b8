namespace VIommuActors.Vtd.Memory;

/// <summary>
/// Guest RAM as the hypervisor sees it. 64-bit accesses are atomic, as on hardware. Addresses without RAM behind them are holes:
/// every method returns false for them and has no effect.
/// </summary>
public interface IGuestMemory
{
    /// <summary>Reads the little-endian quadword at an 8-byte aligned <paramref name="address"/>.</summary>
    bool TryRead64(GuestPhysical address, out ulong value);

    /// <summary>Writes the little-endian quadword at an 8-byte aligned <paramref name="address"/>.</summary>
    bool TryWrite64(GuestPhysical address, ulong value);

    /// <summary>Writes the little-endian doubleword at a 4-byte aligned <paramref name="address"/> (wait status).</summary>
    bool TryWrite32(GuestPhysical address, uint value);

    /// <summary>Copies bytes out of RAM; false when any byte lies in a hole.</summary>
    bool TryRead(GuestPhysical address, Span<byte> into);

    /// <summary>Copies bytes into RAM; false, with nothing written, when any byte lies in a hole.</summary>
    bool TryWrite(GuestPhysical address, ReadOnlySpan<byte> from);
}
