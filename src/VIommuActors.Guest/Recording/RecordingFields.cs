using System.Globalization;
using System.Text;

namespace VIommuActors.Guest.Recording;

/// <summary>The fields of one line, taken from left to right; single spaces lie between them.</summary>
internal ref struct RecordingFields
{
    private readonly string _file;
    private readonly int _line;
    private ReadOnlySpan<byte> _left;
    private bool _ended;

    public RecordingFields(ReadOnlySpan<byte> line, string file, int number)
    {
        _left = line;
        (_file, _line) = (file, number);
    }

    public readonly int Line => _line;

    /// <summary>The next field; never empty.</summary>
    public ReadOnlySpan<byte> Word(string name)
    {
        var left = _left;
        var space = left.IndexOf((byte)' ');
        var word = space < 0 ? left : left[..space];
        if (word.IsEmpty)
        {
            throw Error(_ended || left.IsEmpty ? $"{name} is missing." : $"found two spaces before {name}; one is accepted.");
        }

        _left = space < 0 ? [] : left[(space + 1)..];
        _ended = space < 0;
        return word;
    }

    /// <summary>Hexadecimal without prefix, up to <paramref name="max"/>.</summary>
    public ulong Hex(string name, ulong max = ulong.MaxValue)
    {
        var word = Word(name);
        return ulong.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value <= max
            ? value
            : throw Found(name, word, $"hexadecimal digits without prefix, 0 to {max:x}, are");
    }

    /// <summary>Decimal, from 0 up to <paramref name="max"/>.</summary>
    public long Decimal(string name, long max)
    {
        var word = Word(name);
        return long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= max
            ? value
            : throw Found(name, word, $"a decimal number, 0 to {max}, is");
    }

    /// <summary>Everything that is left, at least one character of UTF-8.</summary>
    public string Rest(string name)
    {
        if (_left.IsEmpty)
        {
            throw Error($"{name} is missing.");
        }

        var rest = Encoding.UTF8.GetString(_left);
        _left = [];
        _ended = true;
        return rest;
    }

    /// <summary>Fails when there is a further field.</summary>
    public readonly void End()
    {
        if (!_ended)
        {
            throw Error($"found \"{Printable(_left)}\" after the last field; the line is expected to end there.");
        }
    }

    public readonly RecordedTraceException Found(string name, ReadOnlySpan<byte> found, string accepted) =>
        Error($"found \"{Printable(found)}\" for {name}; {accepted} accepted.");

    public readonly RecordedTraceException Error(string problem) => new(_file, _line, problem);

    // What is quoted may be anything, and the message may end up on a terminal.
    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        const int Most = 40;
        var quoted = new StringBuilder();
        foreach (var b in bytes[..Math.Min(bytes.Length, Most)])
        {
            _ = b is >= 0x20 and < 0x7f ? quoted.Append((char)b) : quoted.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }

        return quoted.Append(bytes.Length > Most ? "…" : "").ToString();
    }
}
