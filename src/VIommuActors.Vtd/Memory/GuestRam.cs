using System.Numerics;
using System.Runtime.InteropServices;

namespace VIommuActors.Vtd.Memory;

/// <summary>
/// Sparse guest RAM from guest-physical 0 up to <see cref="Size"/>. A directory of 512 KiB chunks leads to 4 KiB pages, which come
/// into being with the first non-zero write, so 64 GiB of untouched RAM cost a megabyte, and a guest that touches little a kilobyte or two.
/// </summary>
/// <remarks>
/// Aligned 64-bit and 32-bit accesses are atomic and may come from several threads; byte spans are copied without any order.
/// Everything beyond <see cref="Size"/> is a hole. Untouched RAM reads as zero.
/// </remarks>
public sealed class GuestRam : IGuestMemory
{
    /// <summary>Largest size that can be asked for: 64 GiB.</summary>
    public const ulong MaxSize = 64UL << 30;

    private const int QwordsPerPage = 512;
    private const int PagesPerChunk = 128;
    private const int PageShift = 9;   // of a quadword index
    private const int ChunkShift = 16; // of a quadword index

    private readonly ulong[]?[]?[] _chunks;
    private readonly ulong _qwords;
    private int _pages;

    /// <summary>Creates RAM of <paramref name="bytes"/> bytes, all zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero, not a multiple of 4 KiB, or above <see cref="MaxSize"/>.</exception>
    public GuestRam(ulong bytes)
    {
        if (bytes == 0 || bytes > MaxSize || (bytes & 0xfff) != 0)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "RAM is a multiple of 4 KiB, from 4 KiB to 64 GiB.");
        Size = bytes;
        _qwords = bytes >> 3;
        _chunks = new ulong[]?[]?[(int)((bytes + 0x7ffff) >> 19)];
    }

    /// <summary>Bytes of RAM; the first address behind it is a hole.</summary>
    public ulong Size { get; }

    /// <summary>4 KiB pages that hold memory of the process.</summary>
    public int AllocatedPages => Volatile.Read(ref _pages);

    /// <inheritdoc/>
    public bool TryRead64(GuestPhysical address, out ulong value)
    {
        // Rotating by three gives the quadword index and sends every misaligned address far beyond the end.
        var index = BitOperations.RotateRight(address.Value, 3);
        if (index >= _qwords)
        {
            value = 0;
            return false;
        }

        var chunk = _chunks[index >> ChunkShift];
        var page = chunk?[(int)(index >> PageShift) & (PagesPerChunk - 1)];
        value = page is null ? 0 : Volatile.Read(ref page[(int)index & (QwordsPerPage - 1)]);
        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite64(GuestPhysical address, ulong value)
    {
        var index = BitOperations.RotateRight(address.Value, 3);
        if (index >= _qwords) return false;
        var page = PageFor(index, create: value != 0);
        if (page is not null) Volatile.Write(ref page[(int)index & (QwordsPerPage - 1)], value);
        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite32(GuestPhysical address, uint value)
    {
        var index = address.Value >> 3;
        if ((address.Value & 3) != 0 || index >= _qwords) return false;
        var page = PageFor(index, create: value != 0);
        if (page is null) return true;
        var words = MemoryMarshal.Cast<ulong, uint>(page.AsSpan());
        Volatile.Write(ref words[(int)(address.Value >> 2) & (2 * QwordsPerPage - 1)], value);
        return true;
    }

    /// <summary>Reads the little-endian doubleword at a 4-byte aligned address; false in a hole or when misaligned.</summary>
    public bool TryRead32(GuestPhysical address, out uint value)
    {
        value = 0;
        if ((address.Value & 3) != 0 || !TryRead64(new GuestPhysical(address.Value & ~7UL), out var quad)) return false;
        value = (uint)(quad >> ((int)(address.Value & 4) * 8));
        return true;
    }

    /// <inheritdoc/>
    public bool TryRead(GuestPhysical address, Span<byte> into)
    {
        if (!Inside(address.Value, into.Length)) return false;
        for (var at = address.Value; into.Length > 0;)
        {
            var offset = (int)(at & 0xfff);
            var count = Math.Min(4096 - offset, into.Length);
            var page = PageFor(at >> 3, create: false);
            if (page is null)
                into[..count].Clear();
            else
                MemoryMarshal.AsBytes(page.AsSpan()).Slice(offset, count).CopyTo(into);
            into = into[count..];
            at += (ulong)count;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(GuestPhysical address, ReadOnlySpan<byte> from)
    {
        if (!Inside(address.Value, from.Length)) return false;
        for (var at = address.Value; from.Length > 0;)
        {
            var offset = (int)(at & 0xfff);
            var part = from[..Math.Min(4096 - offset, from.Length)];
            var page = PageFor(at >> 3, create: part.ContainsAnyExcept((byte)0));
            if (page is not null) part.CopyTo(MemoryMarshal.AsBytes(page.AsSpan())[offset..]);
            from = from[part.Length..];
            at += (ulong)part.Length;
        }

        return true;
    }

    /// <summary>Reads a quadword that must exist.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hole, or not 8-byte aligned.</exception>
    public ulong Read64(GuestPhysical address) =>
        TryRead64(address, out var value) ? value : throw NotRam(address);

    /// <summary>Writes a quadword that must exist.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hole, or not 8-byte aligned.</exception>
    public void Write64(GuestPhysical address, ulong value)
    {
        if (!TryWrite64(address, value)) throw NotRam(address);
    }

    /// <summary>Reads a doubleword that must exist.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hole, or not 4-byte aligned.</exception>
    public uint Read32(GuestPhysical address) =>
        TryRead32(address, out var value) ? value : throw NotRam(address);

    /// <summary>Writes a doubleword that must exist.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hole, or not 4-byte aligned.</exception>
    public void Write32(GuestPhysical address, uint value)
    {
        if (!TryWrite32(address, value)) throw NotRam(address);
    }

    private ArgumentOutOfRangeException NotRam(GuestPhysical address) =>
        new(nameof(address), address, $"Not an aligned address within the {Size:#,0} bytes of RAM.");

    private bool Inside(ulong address, int length) => address <= Size && (ulong)length <= Size - address;

    private ulong[]? PageFor(ulong index, bool create)
    {
        ref var chunk = ref _chunks[index >> ChunkShift];
        if (chunk is null)
        {
            if (!create) return null;
            Interlocked.CompareExchange(ref chunk, new ulong[]?[PagesPerChunk], null);
        }

        ref var page = ref chunk[(int)(index >> PageShift) & (PagesPerChunk - 1)];
        if (page is null && create && Interlocked.CompareExchange(ref page, new ulong[QwordsPerPage], null) is null)
            Interlocked.Increment(ref _pages);
        return page;
    }

    static GuestRam()
    {
        // Pages are reinterpreted as bytes and doublewords, which is the guest's order only on a little-endian host.
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Guest RAM needs a little-endian host.");
    }
}
