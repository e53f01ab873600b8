using System.Buffers.Binary;
using VIommuActors.Q35;

namespace VIommuActors.Qtest.Tests;

/// <summary>RAM of 1 MiB at 0, a device at 0x10000000 whose accesses are noted, ports that remember, timers, and pins of one device.</summary>
internal sealed class FakePlatform : IPlatform
{
    public const string Device = "/machine/dev";
    public const ulong Mmio = 0x1000_0000;

    private readonly byte[] _ram = new byte[1 << 20];
    private readonly Dictionary<ushort, uint> _ports = [];
    private readonly SortedDictionary<long, Action> _timers = [];
    private string? _intercepted;

    public event Action<int, bool>? PinChanged;

    public long NowNs { get; private set; }

    public int Resets { get; private set; }

    /// <summary>Accesses to the device: r or w, offset, size.</summary>
    public List<(char Way, ulong Offset, int Size)> Accesses { get; } = [];

    public int Subscribers => PinChanged?.GetInvocationList().Length ?? 0;

    public void SetTimer(long atNs, Action fire) => _timers[atNs] = fire;

    public void Move(int pin, bool level) => PinChanged?.Invoke(pin, level);

    public uint PortRead(ushort port, int size) => _ports.GetValueOrDefault(port, uint.MaxValue) & (uint)((1UL << (8 * size)) - 1);

    public void PortWrite(ushort port, int size, uint value) => _ports[port] = value;

    public ulong Read(ulong address, int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        Note('r', address, size);
        Copy(address, bytes[..size], toRam: false);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public void Write(ulong address, int size, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Note('w', address, size);
        Copy(address, bytes[..size], toRam: true);
    }

    public void ReadBytes(ulong address, Span<byte> into)
    {
        Note('r', address, into.Length);
        into.Clear();
        Copy(address, into, toRam: false);
    }

    public void WriteBytes(ulong address, ReadOnlySpan<byte> from)
    {
        Note('w', address, from.Length);
        Copy(address, from.ToArray(), toRam: true);
    }

    public void Advance(long ns)
    {
        Assert.True(ns > 0);
        var end = NowNs + ns;
        while (_timers.Count > 0 && _timers.First() is var (at, fire) && at <= end)
        {
            _timers.Remove(at);
            NowNs = at;
            fire();
        }
        NowNs = end;
    }

    public bool TryStep()
    {
        if (_timers.Count == 0) return false;
        Advance(_timers.First().Key - NowNs);
        return true;
    }

    public Interception Intercept(string path, bool inputs, string? name)
    {
        if (path != Device && path != "other") return Interception.UnknownDevice;
        if (_intercepted is not null && _intercepted != path) return Interception.OtherDevice;
        if (inputs && name is not null) return Interception.NamedInput;
        if (!inputs && name == "none") return Interception.NoPins;
        _intercepted = path;
        return Interception.Installed;
    }

    public bool TrySetPin(string path, string name, int number, bool level)
    {
        if (path != Device || name != "unnamed-gpio-in" || number > 3) return false;
        if (_intercepted == path) Move(number, level);
        return true;
    }

    public void Reset() => Resets++;

    private void Note(char way, ulong address, int size)
    {
        if (address - Mmio < 0x100000) Accesses.Add((way, address - Mmio, size));
    }

    // Beyond RAM nothing is read or written.
    private void Copy(ulong address, Span<byte> bytes, bool toRam)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var at = address + (uint)i;
            if (at >= (ulong)_ram.Length) continue;
            if (toRam) _ram[at] = bytes[i];
            else bytes[i] = _ram[at];
        }
    }
}

/// <summary>A test client without a wire.</summary>
internal sealed class Client : IDisposable
{
    private readonly List<byte> _received = [];
    private readonly Qtest.Protocol.QtestSession _session;

    public Client() => _session = new Qtest.Protocol.QtestSession(Platform, bytes => _received.AddRange(bytes));

    public FakePlatform Platform { get; } = new();

    /// <summary>Sends bytes and takes what came back.</summary>
    public string Send(ReadOnlySpan<byte> bytes)
    {
        _session.Feed(bytes);
        return Take();
    }

    /// <summary>Sends text and takes what came back.</summary>
    public string Send(string text) => Send(System.Text.Encoding.Latin1.GetBytes(text));

    public string Flush()
    {
        _session.Flush();
        return Take();
    }

    public void Dispose() => _session.Dispose();

    private string Take()
    {
        var text = System.Text.Encoding.Latin1.GetString([.. _received]);
        _received.Clear();
        return text;
    }
}
