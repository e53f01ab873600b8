namespace VIommuActors.Trace;

/// <summary>How a line ended.</summary>
internal enum LineEnd
{
    /// <summary>With a line feed, as it must.</summary>
    LineFeed,

    /// <summary>There was no further line.</summary>
    EndOfFile,

    /// <summary>The file ended inside it.</summary>
    CutOff,

    /// <summary>It did not end within the bound.</summary>
    TooLong,
}

/// <summary>Cuts a stream at its line feeds, holding no more than one line of bounded length.</summary>
internal sealed class LineSplitter(Stream stream, int maxBytes)
{
    private byte[] _bytes = new byte[Math.Min(maxBytes + 1, 16 * 1024)];
    private int _start;
    private int _end;

    public int MaxBytes => maxBytes;

    /// <summary>The next line without its line feed; valid until the next call.</summary>
    public LineEnd Next(out ReadOnlySpan<byte> line)
    {
        line = default;
        var searched = 0;
        while (true)
        {
            var feed = _bytes.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                var length = searched + feed;
                line = _bytes.AsSpan(_start, length);
                _start += length + 1;
                return LineEnd.LineFeed;
            }

            searched = _end - _start;
            if (searched > maxBytes)
            {
                return LineEnd.TooLong;
            }

            if (!Fill())
            {
                return searched == 0 ? LineEnd.EndOfFile : LineEnd.CutOff;
            }
        }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min((long)_bytes.Length * 2, (long)maxBytes + 1));
        }

        var read = stream.Read(_bytes, _end, _bytes.Length - _end);
        _end += read;
        return read > 0;
    }
}
