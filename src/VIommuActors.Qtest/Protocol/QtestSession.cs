using System.Text;
using VIommuActors.Q35;

namespace VIommuActors.Qtest.Protocol;

/// <summary>
/// QEMU's test protocol in front of a machine: lines in, one reply each, lines about pins before the reply of the command that moved them.
/// Where QEMU aborts (a missing word, a malformed number, a port above 0xffff, <c>read</c> of nothing) the reply is FAIL and a reason.
/// </summary>
public sealed class QtestSession : IProtocolSession
{
    /// <summary>Bytes of a line; a longer one is skipped and answered with FAIL.</summary>
    public const int MaxLine = 64 << 20;

    /// <summary>Bytes that one read, write, memset or their base-64 forms may cover.</summary>
    public const ulong MaxSize = 256UL << 20;

    private const int MaxEcho = 4096;
    private const string Address = "address", Size = "size", Value = "value", Data = "data", Path = "path";
    private readonly IPlatform _platform;
    private readonly bool _canStep;
    private readonly ReplyBuffer _replies;
    private readonly Transfers _transfers;
    private readonly LineSplitter _lines = new(MaxLine);
    private readonly List<(int Number, bool Level)> _held = [];

    /// <summary>A session whose replies go to a sink; what moves the clock decides whether it has clock commands.</summary>
    public QtestSession(IPlatform platform, ReplySink sink, ClockKind clock = ClockKind.Stepped)
    {
        _platform = platform;
        _canStep = clock is ClockKind.Stepped or ClockKind.RunningAndStepped;
        _replies = new ReplyBuffer(sink);
        _transfers = new Transfers(platform, _replies);
        _platform.PinChanged += OnPinChanged;
    }

    /// <inheritdoc/>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (_lines.TryNext(ref bytes, out var line, out var tooLong))
        {
            if (tooLong) Fail($"the line is longer than {MaxLine} bytes");
            else if (line.Length > 0) Execute(line);
        }
        _replies.Flush();
    }

    /// <inheritdoc/>
    public void Flush() => _replies.Flush();

    /// <summary>Hears of no pin any more.</summary>
    public void Dispose() => _platform.PinChanged -= OnPinChanged;

    private void Execute(ReadOnlySpan<byte> line)
    {
        var words = new WordReader(line);
        words.TryNext(out var command);
        try
        {
            if (!TryAccess(command, ref words) && !TryTransfer(command, ref words) && !TryControl(command, ref words))
            {
                _replies.Add("FAIL Unknown command '"u8);
                _replies.Add(command[..Math.Min(command.Length, MaxEcho)]);
                _replies.Add("'\n"u8);
            }
        }
        catch (QtestLineException e)
        {
            Fail(e.Message);
        }
        if (_held.Count > 0) ReleaseHeld();
    }

    private bool TryAccess(ReadOnlySpan<byte> command, ref WordReader words)
    {
        switch (command)
        {
            case [(byte)'r', (byte)'e', (byte)'a', (byte)'d', var width] when SizeOf(width) is > 0 and var size:
                _replies.AddHexLine(_platform.Read(words.Unsigned(Address), size), 16);
                return true;
            case [(byte)'w', (byte)'r', (byte)'i', (byte)'t', (byte)'e', var width] when SizeOf(width) is > 0 and var size:
                var address = words.Unsigned(Address);
                _platform.Write(address, size, Cut(words.Unsigned(Value), size));
                Ok();
                return true;
            case [(byte)'i', (byte)'n', var width] when SizeOf(width) is > 0 and < 8 and var size:
                _replies.AddHexLine(_platform.PortRead(Port(ref words), size), 4);
                return true;
            case [(byte)'o', (byte)'u', (byte)'t', var width] when SizeOf(width) is > 0 and < 8 and var size:
                CheckedPort(words.Unsigned("port"), words.Unsigned(Value), size);
                Ok();
                return true;
            default:
                return false;
        }
    }

    private bool TryTransfer(ReadOnlySpan<byte> command, ref WordReader words)
    {
        var isRead = command.SequenceEqual("read"u8);
        var isWrite = command.SequenceEqual("write"u8);
        var isBase64Read = command.SequenceEqual("b64read"u8);
        var isBase64Write = command.SequenceEqual("b64write"u8);
        if (!isRead && !isWrite && !isBase64Read && !isBase64Write && !command.SequenceEqual("memset"u8)) return false;

        var address = words.Unsigned(Address);
        var size = words.Unsigned(Size);
        if (size > MaxSize) throw new QtestLineException($"size is more than {MaxSize} bytes");
        if (isRead)
        {
            if (size == 0) throw new QtestLineException("size is 0");
            _transfers.ReadHex("OK 0x"u8, address, size);
            _replies.Add("\n"u8);
        }
        else if (isBase64Read)
        {
            _transfers.ReadBase64("OK "u8, address, size);
            _replies.Add("\n"u8);
        }
        else if (isWrite || isBase64Write)
        {
            Write(address, size, words.Next(Data), isBase64Write);
        }
        else
        {
            _transfers.Fill(address, size, (byte)words.Unsigned(Value));
            Ok();
        }
        return true;
    }

    private void Write(ulong address, ulong size, ReadOnlySpan<byte> data, bool base64)
    {
        if (data.Length < 3)
        {
            _replies.Add("ERR invalid argument size\n"u8);
            return;
        }
        if (base64)
        {
            var bytes = new byte[(data.Length / 4 * 3) + 3];
            var length = LooseBase64.Decode(data, bytes);
            _transfers.Write(address, bytes.AsSpan(0, (int)Math.Min(size, (ulong)length)));
        }
        else
        {
            // Two characters of prefix, whatever they are.
            _transfers.WriteHex(address, size, data[2..]);
        }
        Ok();
    }

    private bool TryControl(ReadOnlySpan<byte> command, ref WordReader words)
    {
        if (command.SequenceEqual("endianness"u8)) _replies.Add("OK little\n"u8);
        else if (_canStep && command.SequenceEqual("clock_step"u8)) ClockStep(ref words);
        else if (_canStep && command.SequenceEqual("clock_set"u8)) ClockSet(words.Signed("time"));
        else if (command.SequenceEqual("irq_intercept_in"u8)) Intercept(ref words, inputs: true);
        else if (command.SequenceEqual("irq_intercept_out"u8)) Intercept(ref words, inputs: false);
        else if (command.SequenceEqual("set_irq_in"u8)) SetPin(ref words);
        else if (command.SequenceEqual("module_load"u8))
        {
            words.Next("prefix");
            words.Next("name");
            _replies.Add("FAIL\n"u8);
        }
        else return false;
        return true;
    }

    private void ClockStep(ref WordReader words)
    {
        var before = _platform.NowNs;
        if (words.TryNext(out var word))
        {
            if (!CNumber.TryParse(word, out long ns)) throw new QtestLineException("time is not a signed number of 64 bits");
            if (ns <= 0 || ns > long.MaxValue - before) throw new QtestLineException("could not advance time");
            _platform.Advance(ns);
        }
        else if (!_platform.TryStep())
        {
            throw new QtestLineException("cannot advance clock to the next deadline because there is no pending deadline");
        }
        Time("OK "u8);
    }

    private void ClockSet(long ns)
    {
        var advances = ns > _platform.NowNs;
        if (advances) _platform.Advance(ns - _platform.NowNs);
        Time(advances ? "OK "u8 : "FAIL "u8);
    }

    private void Time(ReadOnlySpan<byte> word)
    {
        _replies.Add(word);
        _replies.Add(_platform.NowNs);
        _replies.Add("\n"u8);
    }

    private void Intercept(ref WordReader words, bool inputs)
    {
        var path = Text(words.Next(Path));
        var name = words.TryNext(out var word) ? Text(word) : null;
        switch (_platform.Intercept(path, inputs, name))
        {
            case Interception.Installed: Ok(); break;
            case Interception.UnknownDevice: Fail("Unknown device"); break;
            case Interception.OtherDevice: Fail("IRQ intercept already enabled"); break;
            case Interception.NamedInput: Fail("Interception of named in-GPIOs not yet supported"); break;
            default: Fail("No intercepts installed"); break;
        }
    }

    private void SetPin(ref WordReader words)
    {
        var path = Text(words.Next(Path));
        var name = Text(words.Next("name"));
        var number = words.Signed("number");
        var level = words.Signed("level");
        if (number is >= 0 and <= int.MaxValue && _platform.TrySetPin(path, name, (int)number, level != 0)) Ok();
        else Fail("Unknown device");
    }

    private void OnPinChanged(int number, bool level)
    {
        // A long read is on its way out in pieces: the pin that a later piece moved has to wait for the end of its line.
        if (_replies.InLine)
        {
            _held.Add((number, level));
            return;
        }
        _replies.Add(level ? "IRQ raise "u8 : "IRQ lower "u8);
        _replies.Add(number);
        _replies.Add("\n"u8);
    }

    private void ReleaseHeld()
    {
        foreach (var (number, level) in _held) OnPinChanged(number, level);
        _held.Clear();
    }

    private void Ok() => _replies.Add("OK\n"u8);

    private void Fail(string reason) => _replies.Add(Encoding.UTF8.GetBytes($"FAIL {reason}\n"));

    private static ushort Port(ref WordReader words) => CheckedPort(words.Unsigned("port"));

    private void CheckedPort(ulong port, ulong value, int size) => _platform.PortWrite(CheckedPort(port), size, (uint)Cut(value, size));

    private static ushort CheckedPort(ulong port) => port <= ushort.MaxValue ? (ushort)port
        : throw new QtestLineException("port is above 0xffff");

    private static ulong Cut(ulong value, int size) => size == 8 ? value : value & ((1UL << (8 * size)) - 1);

    // Names of devices: what is longer than any of them need not be kept whole.
    private static string Text(ReadOnlySpan<byte> word) => Encoding.UTF8.GetString(word[..Math.Min(word.Length, MaxEcho)]);

    private static int SizeOf(byte width) => width switch
    {
        (byte)'b' => 1,
        (byte)'w' => 2,
        (byte)'l' => 4,
        (byte)'q' => 8,
        _ => 0,
    };
}
