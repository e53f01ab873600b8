using System.Buffers;
using System.Security.Cryptography;

namespace VIommuActors.Trace;

/// <summary>Pooled bytes between the JSON writer and the stream; what leaves it is hashed on the way.</summary>
internal sealed class TraceBuffer(Stream stream) : IBufferWriter<byte>, IDisposable
{
    private const int FlushAt = 48 * 1024;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private int _length;

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    /// <summary>Ends the line that has been written.</summary>
    public void EndLine()
    {
        GetSpan(1)[0] = (byte)'\n';
        Advance(1);
        if (_length >= FlushAt)
        {
            Flush();
        }
    }

    public void Flush()
    {
        _hash.AppendData(_bytes, 0, _length);
        stream.Write(_bytes, 0, _length);
        _length = 0;
    }

    /// <summary>SHA-256 of everything flushed, as lower-case hex.</summary>
    public string Digest() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Dispose()
    {
        _hash.Dispose();
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Reserve(int sizeHint)
    {
        var needed = _length + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _bytes.Length * 2));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
    }
}
