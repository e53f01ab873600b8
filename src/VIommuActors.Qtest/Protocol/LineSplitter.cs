namespace VIommuActors.Qtest.Protocol;

/// <summary>Cuts a stream into lines; what has no end yet is kept up to a limit.</summary>
internal sealed class LineSplitter(int limit)
{
    private byte[] _kept = [];
    private int _length;
    private bool _skipping;

    /// <summary>The next line of <paramref name="stream"/>, without its end; false when the rest has been kept for later.</summary>
    /// <param name="stream">Advanced behind the line.</param>
    /// <param name="line">Valid until the next call.</param>
    /// <param name="tooLong">The line exceeded the limit and is gone.</param>
    public bool TryNext(ref ReadOnlySpan<byte> stream, out ReadOnlySpan<byte> line, out bool tooLong)
    {
        var end = stream.IndexOf((byte)'\n');
        line = default;
        tooLong = false;
        if (end < 0)
        {
            Keep(stream);
            stream = default;
            return false;
        }
        if (_length == 0 && !_skipping && end <= limit)
        {
            line = stream[..end];
        }
        else
        {
            Keep(stream[..end]);
            tooLong = _skipping;
            line = _kept.AsSpan(0, _length);
            (_length, _skipping) = (0, false);
            // A long line is rare: its room is not held on to.
            if (_kept.Length > 1 << 20) _kept = [];
        }
        stream = stream[(end + 1)..];
        return true;
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (_skipping || part.Length > limit - _length)
        {
            (_skipping, _length, _kept) = (true, 0, []);
            return;
        }
        if (_length + part.Length > _kept.Length) Array.Resize(ref _kept, Math.Min(limit, Math.Max(2 * (_length + part.Length), 4096)));
        part.CopyTo(_kept.AsSpan(_length));
        _length += part.Length;
    }
}
