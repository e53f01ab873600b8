using VIommuActors.Q35;

namespace VIommuActors.Qtest;

/// <summary><c>-machine none</c>: an empty address space in which time passes.</summary>
public sealed class NoMachine : IPlatform
{
    /// <inheritdoc/>
    public event Action<int, bool>? PinChanged
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public long NowNs { get; private set; }

    /// <inheritdoc/>
    public uint PortRead(ushort port, int size) => uint.MaxValue >> (32 - (8 * size));

    /// <inheritdoc/>
    public void PortWrite(ushort port, int size, uint value)
    {
    }

    /// <inheritdoc/>
    public ulong Read(ulong address, int size) => 0;

    /// <inheritdoc/>
    public void Write(ulong address, int size, ulong value)
    {
    }

    /// <inheritdoc/>
    public void ReadBytes(ulong address, Span<byte> into) => into.Clear();

    /// <inheritdoc/>
    public void WriteBytes(ulong address, ReadOnlySpan<byte> from)
    {
    }

    /// <inheritdoc/>
    public void Advance(long ns) => NowNs += ns;

    /// <inheritdoc/>
    public bool TryStep() => false;

    /// <inheritdoc/>
    public Interception Intercept(string path, bool inputs, string? name) => Interception.UnknownDevice;

    /// <inheritdoc/>
    public bool TrySetPin(string path, string name, int number, bool level) => false;

    /// <inheritdoc/>
    public void Reset()
    {
    }
}
