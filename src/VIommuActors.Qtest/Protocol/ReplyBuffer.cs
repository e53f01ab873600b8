using System.Globalization;

namespace VIommuActors.Qtest.Protocol;

/// <summary>Replies on their way out: collected, handed on when there are many, never more than a piece of a long one.</summary>
internal sealed class ReplyBuffer(ReplySink sink)
{
    private const int Size = 128 << 10, HandOnAt = 32 << 10;
    private readonly byte[] _bytes = new byte[Size];
    private int _length;
    private bool _inLine;

    /// <summary>True when what was added last was not the end of a line.</summary>
    public bool InLine => _length > 0 ? _bytes[_length - 1] != '\n' : _inLine;

    /// <summary>Room for at most 96 KiB more.</summary>
    public Span<byte> Reserve(int size)
    {
        if (_length > HandOnAt || _length + size > Size) Flush();
        return _bytes.AsSpan(_length, size);
    }

    /// <summary>That much of what was reserved has been filled.</summary>
    public void Advance(int size) => _length += size;

    /// <summary>Adds text.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Reserve(text.Length));
        _length += text.Length;
    }

    /// <summary>Adds a reply of a word, a hexadecimal number with at least so many digits, and the end of the line.</summary>
    public void AddHexLine(ulong value, int digits)
    {
        while (digits < 16 && value >> (4 * digits) != 0) digits++;
        var line = Reserve(6 + digits);
        "OK 0x"u8.CopyTo(line);
        for (var i = digits - 1; i >= 0; i--, value >>= 4) line[5 + i] = Hex.Digit((int)(value & 0xf));
        line[5 + digits] = (byte)'\n';
        _length += 6 + digits;
    }

    /// <summary>Adds a decimal number.</summary>
    public void Add(long value)
    {
        value.TryFormat(Reserve(20), out var written, provider: CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>Hands everything on.</summary>
    public void Flush()
    {
        if (_length == 0) return;
        _inLine = InLine;
        sink(_bytes.AsSpan(0, _length));
        _length = 0;
    }
}
