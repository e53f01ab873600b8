namespace VIommuActors.Qtest.Protocol;

/// <summary>The words of a line. One space separates two words, so two spaces enclose an empty one.</summary>
internal ref struct WordReader(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> _rest = line;
    private bool _ended;

    /// <summary>The next word; false behind the last one.</summary>
    public bool TryNext(out ReadOnlySpan<byte> word)
    {
        word = default;
        if (_ended) return false;
        var space = _rest.IndexOf((byte)' ');
        _ended = space < 0;
        word = _ended ? _rest : _rest[..space];
        _rest = _ended ? default : _rest[(space + 1)..];
        return true;
    }

    /// <summary>The next word, for a command that cannot do without it.</summary>
    /// <exception cref="QtestLineException">There is none.</exception>
    public ReadOnlySpan<byte> Next(string name) => TryNext(out var word) ? word : throw new QtestLineException($"{name} is missing");

    /// <summary>The next word as an unsigned number.</summary>
    /// <exception cref="QtestLineException">There is none, or it is no number.</exception>
    public ulong Unsigned(string name) =>
        CNumber.TryParse(Next(name), out ulong value) ? value : throw new QtestLineException($"{name} is not a number of 64 bits");

    /// <summary>The next word as a signed number.</summary>
    /// <exception cref="QtestLineException">There is none, or it is no number.</exception>
    public long Signed(string name) =>
        CNumber.TryParse(Next(name), out long value) ? value : throw new QtestLineException($"{name} is not a signed number of 64 bits");
}

/// <summary>A line that QEMU would abort on; the message follows FAIL.</summary>
internal sealed class QtestLineException(string message) : Exception(message);
