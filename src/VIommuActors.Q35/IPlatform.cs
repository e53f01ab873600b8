namespace VIommuActors.Q35;

/// <summary>
/// A machine as CPU 0 and the outside reach it. Every call is over, with all that follows from it at that instant, when it returns.
/// </summary>
/// <remarks>Single threaded. Virtual time stands still except in <see cref="Advance"/> and <see cref="TryStep"/>.</remarks>
public interface IPlatform
{
    /// <summary>Virtual nanoseconds since power on.</summary>
    long NowNs { get; }

    /// <summary>A pin of an intercepted device changed its level: number and level.</summary>
    event Action<int, bool>? PinChanged;

    /// <summary>Reads 1, 2 or 4 bytes from an I/O port; what nobody claims reads all ones.</summary>
    uint PortRead(ushort port, int size);

    /// <summary>Writes 1, 2 or 4 bytes to an I/O port.</summary>
    void PortWrite(ushort port, int size, uint value);

    /// <summary>One CPU access of 1, 2, 4 or 8 bytes to the physical address space, little endian; holes read 0.</summary>
    ulong Read(ulong address, int size);

    /// <summary>One CPU access of 1, 2, 4 or 8 bytes to the physical address space, little endian; holes take nothing.</summary>
    void Write(ulong address, int size, ulong value);

    /// <summary>Reads a run of bytes: RAM is copied, registers are read in naturally aligned accesses of at most 8 bytes.</summary>
    void ReadBytes(ulong address, Span<byte> into);

    /// <summary>Writes a run of bytes, as <see cref="ReadBytes"/> reads one.</summary>
    void WriteBytes(ulong address, ReadOnlySpan<byte> from);

    /// <summary>Lets <paramref name="ns"/> nanoseconds pass; timers on the way fire at their times.</summary>
    void Advance(long ns);

    /// <summary>Moves to the next timer and lets it fire; false when none is set.</summary>
    bool TryStep();

    /// <summary>
    /// Reports the input (or output) pins of the device at a QOM path from now on; what the device did with them no longer happens.
    /// </summary>
    Interception Intercept(string path, bool inputs, string? name);

    /// <summary>Sets an input pin of the device at a QOM path; false when there is no such device or pin.</summary>
    bool TrySetPin(string path, string name, int number, bool level);

    /// <summary>Platform reset: registers and devices as at power on; RAM and time stay.</summary>
    void Reset();
}
