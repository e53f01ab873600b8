using System.IO.Compression;

namespace VIommuActors.Guest.Recording;

/// <summary>
/// The lines of a recording, compressed or not. Bounded in line length and number of lines, so that a small file which unpacks to
/// a huge one ends in an error and not in memory.
/// </summary>
internal sealed class RecordingLines : IDisposable
{
    /// <summary>Longest line taken, in bytes; real ones stay below 60.</summary>
    public const int MaxLineBytes = 1024;

    private static ReadOnlySpan<byte> GzipMagic => [0x1f, 0x8b];

    private readonly HeadedStream _whole;
    private readonly Stream _text;
    private readonly string _file;
    private readonly int _maxLines;
    private readonly byte[] _bytes = new byte[64 * 1024];
    private int _start;
    private int _end;
    private uint _length;

    public RecordingLines(Stream stream, string file, int maxLines)
    {
        (_file, _maxLines) = (file, maxLines);
        var head = new byte[GzipMagic.Length];
        var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        _whole = new HeadedStream(head.AsMemory(0, length), stream);
        _text = head.AsSpan().SequenceEqual(GzipMagic) ? new GZipStream(_whole, CompressionMode.Decompress) : _whole;
    }

    /// <summary>Number of the line last returned, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>The next line without its end; false when there is none. Valid until the next call.</summary>
    /// <exception cref="RecordedTraceException">The file is cut off, damaged, empty, or beyond a bound.</exception>
    public bool Next(out RecordingFields line)
    {
        line = default;
        var searched = 0;
        while (true)
        {
            var feed = _bytes.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            var length = feed < 0 ? _end - _start : searched + feed;
            if (length > MaxLineBytes)
            {
                throw new RecordedTraceException(_file, Line + 1, $"the line is longer than {MaxLineBytes} bytes.");
            }

            if (feed >= 0)
            {
                line = Take(length);
                return true;
            }

            searched = length;
            if (!Fill())
            {
                EndOfFile(length);
                return false;
            }
        }
    }

    /// <summary>Ends the decompression; the caller's stream stays open.</summary>
    public void Dispose() => _text.Dispose();

    private RecordingFields Take(int length)
    {
        if (Line == _maxLines)
        {
            throw new RecordedTraceException(_file, Line + 1, $"found more than {_maxLines} lines, which is the most that is accepted.");
        }

        Line++;
        var line = _bytes.AsSpan(_start, length);
        _start += length + 1;
        return new RecordingFields(line.TrimEnd((byte)'\r'), _file, Line);
    }

    private void EndOfFile(int unfinished)
    {
        if (unfinished > 0)
        {
            throw new RecordedTraceException(_file, Line + 1, "found no line feed at the end: the file was cut off inside this line.");
        }

        // The decompressor takes the end of the file for the end of the data when it holds no half-decoded byte, so a cut can leave
        // whole lines that look complete. The last four bytes of gzip are the length of the text: they tell.
        if (_text != _whole && _whole.LastFourBytes != _length)
        {
            throw new RecordedTraceException(
                _file, Line + 1, "the compressed file was cut off, or has something after its end; one gzip member is accepted.");
        }

        if (Line == 0)
        {
            throw new RecordedTraceException(_file, 1, "the file is empty; at least one line is expected.");
        }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }

        try
        {
            var read = _text.Read(_bytes, _end, _bytes.Length - _end);
            _end += read;
            _length = unchecked(_length + (uint)read);
            return read > 0;
        }
        catch (InvalidDataException e)
        {
            throw new RecordedTraceException(_file, Line + 1, $"the compressed file is damaged or was cut off ({e.Message})");
        }
    }

    /// <summary>A stream that begins with bytes already taken from it. Disposing it leaves the rest open.</summary>
    private sealed class HeadedStream(ReadOnlyMemory<byte> head, Stream rest) : Stream
    {
        private ReadOnlyMemory<byte> _head = head;

        /// <summary>Of what has been read so far, as a little-endian number.</summary>
        public uint LastFourBytes { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var length = _head.IsEmpty ? rest.Read(buffer) : TakeHead(buffer);
            foreach (var b in buffer[Math.Max(0, length - 4)..length])
            {
                LastFourBytes = (LastFourBytes >> 8) | ((uint)b << 24);
            }

            return length;
        }

        public override void Flush()
        {
        }

        private int TakeHead(Span<byte> buffer)
        {
            var length = Math.Min(_head.Length, buffer.Length);
            _head.Span[..length].CopyTo(buffer);
            _head = _head[length..];
            return length;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
