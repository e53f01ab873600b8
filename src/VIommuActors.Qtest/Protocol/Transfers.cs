using System.Buffers.Text;
using VIommuActors.Q35;

namespace VIommuActors.Qtest.Protocol;

/// <summary>Runs of bytes between text and the machine, a piece at a time: a peer's number never decides how much memory is taken.</summary>
/// <remarks>Pieces end at multiples of their size, so the machine sees the same naturally aligned accesses as for one long run.</remarks>
internal sealed class Transfers(IPlatform platform, ReplyBuffer replies)
{
    private const int Piece = 48 << 10;
    private const int Boundary = 16 << 10;
    private readonly byte[] _bytes = new byte[Piece];

    /// <summary>The prefix and memory as two hex digits a byte. The first piece is read before the prefix goes out: it may move pins.</summary>
    public void ReadHex(ReadOnlySpan<byte> prefix, ulong address, ulong size)
    {
        while (size > 0)
        {
            var bytes = Read(ref address, ref size);
            replies.Add(prefix);
            prefix = default;
            var text = replies.Reserve(2 * bytes.Length);
            for (var i = 0; i < bytes.Length; i++)
            {
                text[2 * i] = Hex.Digit(bytes[i] >> 4);
                text[(2 * i) + 1] = Hex.Digit(bytes[i] & 0xf);
            }
            replies.Advance(2 * bytes.Length);
        }
    }

    /// <summary>The prefix and memory in base 64: pieces of whole triples, so that only the last one is padded.</summary>
    public void ReadBase64(ReadOnlySpan<byte> prefix, ulong address, ulong size)
    {
        if (size == 0) replies.Add(prefix);
        while (size > 0)
        {
            var length = (int)Math.Min(size, Piece);
            for (var filled = 0; filled < length;)
            {
                var part = Math.Min(length - filled, Boundary - (int)(address % Boundary));
                platform.ReadBytes(address, _bytes.AsSpan(filled, part));
                (address, filled) = (address + (uint)part, filled + part);
            }
            size -= (uint)length;
            replies.Add(prefix);
            prefix = default;
            var text = replies.Reserve(Base64.GetMaxEncodedToUtf8Length(length));
            Base64.EncodeToUtf8(_bytes.AsSpan(0, length), text, out _, out var written);
            replies.Advance(written);
        }
    }

    /// <summary>Writes the bytes of hex digits; where they end, zeros. A digit that is none counts as -1, as in QEMU.</summary>
    public void WriteHex(ulong address, ulong size, ReadOnlySpan<byte> digits)
    {
        while (size > 0)
        {
            var bytes = NextPiece(address, size);
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = digits.Length < 2 ? (byte)0 : (byte)((Hex.Value(digits[0]) << 4) | Hex.Value(digits[1]));
                digits = digits.Length < 2 ? default : digits[2..];
            }
            Write(bytes, ref address, ref size);
        }
    }

    /// <summary>Writes bytes.</summary>
    public void Write(ulong address, ReadOnlySpan<byte> from)
    {
        while (from.Length > 0)
        {
            var part = from[..Math.Min(from.Length, Boundary - (int)(address % Boundary))];
            platform.WriteBytes(address, part);
            address += (uint)part.Length;
            from = from[part.Length..];
        }
    }

    /// <summary>Writes one byte many times.</summary>
    public void Fill(ulong address, ulong size, byte value)
    {
        _bytes.AsSpan(0, Boundary).Fill(value);
        while (size > 0) Write(NextPiece(address, size), ref address, ref size);
    }

    private ReadOnlySpan<byte> Read(ref ulong address, ref ulong size)
    {
        var bytes = _bytes.AsSpan(0, (int)Math.Min(size, Boundary - (address % Boundary)));
        platform.ReadBytes(address, bytes);
        (address, size) = (address + (uint)bytes.Length, size - (uint)bytes.Length);
        return bytes;
    }

    private Span<byte> NextPiece(ulong address, ulong size) => _bytes.AsSpan(0, (int)Math.Min(size, Boundary - (address % Boundary)));

    private void Write(ReadOnlySpan<byte> bytes, ref ulong address, ref ulong size)
    {
        platform.WriteBytes(address, bytes);
        (address, size) = (address + (uint)bytes.Length, size - (uint)bytes.Length);
    }
}
