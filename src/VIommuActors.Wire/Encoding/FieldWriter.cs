using System.Collections.Immutable;
using System.Text;
using Google.Protobuf;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;

namespace VIommuActors.Wire.Encoding;

/// <summary>Writes the fields of a value, in the order of their numbers.</summary>
internal delegate void Put<in T>(ref FieldWriter writer, T value);

/// <summary>
/// Writes fields, or only counts their bytes: protobuf has a part's length in front of it, and one description of a message serves
/// both passes. Zero, false, empty and none are not written; that is what a missing field means.
/// </summary>
internal ref struct FieldWriter
{
    private const int VarintType = 0, BytesType = 2;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _manifest;
    private readonly PartSizes _sizes;
    private readonly bool _counting;
    private WriteContext _to;

    private FieldWriter(string manifest, PartSizes sizes, bool counting, WriteContext to)
    {
        _manifest = manifest;
        _sizes = sizes;
        _counting = counting;
        _to = to;
    }

    /// <summary>Bytes counted so far.</summary>
    public int Bytes { get; private set; }

    /// <summary>How many bytes a value takes.</summary>
    /// <exception cref="WireFormatException">It cannot be written.</exception>
    public static int Count<T>(string manifest, PartSizes sizes, Put<T> put, T value)
    {
        var counter = new FieldWriter(manifest, sizes, counting: true, default);
        put(ref counter, value);
        return counter.Bytes;
    }

    /// <summary>Writes a value that has been counted.</summary>
    public static void Write<T>(string manifest, PartSizes sizes, Put<T> put, T value, ref WriteContext to)
    {
        var writer = new FieldWriter(manifest, sizes, counting: false, to);
        put(ref writer, value);
        to = writer._to;
    }

    /// <summary>Any 64 bits.</summary>
    public void Number(int field, ulong value)
    {
        if (value == 0) return;
        Present(field, value);
    }

    /// <summary>int32, int64: any value. Negative ones take ten bytes.</summary>
    public void Number(int field, long value) => Number(field, (ulong)value);

    /// <summary>sint32, sint64: any value, small ones of either sign in few bytes.</summary>
    public void Signed(int field, long value) => Number(field, (ulong)((value << 1) ^ (value >> 63)));

    /// <summary>optional int32.</summary>
    public void Optional(int field, int? value)
    {
        if (value is { } number) Present(field, (ulong)(long)number);
    }

    /// <summary>0 and more.</summary>
    public void Length(int field, int value) => Within(field, value, 0, int.MaxValue);

    /// <summary>A number with bounds.</summary>
    public void Within(int field, long value, long least, long most)
    {
        if (value < least || value > most) throw Refuse(field, $"{value} is not in {least}..{most}");
        Number(field, (ulong)value);
    }

    /// <summary>A value of an enum whose values are 0 to <paramref name="last"/>.</summary>
    public void Choice(int field, int value, int last) => Within(field, value, 0, last);

    /// <summary>A flag.</summary>
    public void Flag(int field, bool value) => Number(field, value ? 1UL : 0);

    /// <summary>A party: its index plus one, so that no party is 0.</summary>
    public void Node(int field, NodeId value)
    {
        if (value.Index is < -1 or > WireLimits.Node) throw Refuse(field, $"{value.Index} is not in -1..{WireLimits.Node}");
        Number(field, (ulong)(value.Index + 1));
    }

    /// <summary>An I/O virtual address.</summary>
    public void Address(int field, Iova value) => Number(field, value.Value);

    /// <summary>A guest-physical address.</summary>
    public void Address(int field, GuestPhysical value) => Number(field, value.Value);

    /// <summary>Text of a bounded number of bytes.</summary>
    public void Text(int field, string value, int most)
    {
        if (value is null) throw Refuse(field, "there is no text");
        if (value.Length > 0) PresentText(field, value, most);
    }

    /// <summary>A name or an id: not empty.</summary>
    public void Name(int field, string value)
    {
        if (string.IsNullOrEmpty(value)) throw Refuse(field, "a name is empty");
        PresentText(field, value, WireLimits.NameBytes);
    }

    /// <summary>Text that may be absent, which is not the same as empty.</summary>
    public void Optional(int field, string? value, int most)
    {
        if (value is not null) PresentText(field, value, most);
    }

    /// <summary>Many texts.</summary>
    public void Texts(int field, ImmutableArray<string> values, int most, int mostBytes)
    {
        Bounded(field, values.AsSpan().Length, most);
        foreach (var value in values.AsSpan())
        {
            if (value is null) throw Refuse(field, "there is no text");
            PresentText(field, value, mostBytes);
        }
    }

    /// <summary>Bytes.</summary>
    public void Blob(int field, ImmutableArray<byte> value, int most)
    {
        Bounded(field, value.AsSpan().Length, most);
        if (value.IsDefaultOrEmpty) return;
        Head(field, value.Length);
        if (!_counting) _to.WriteBytes(UnsafeByteOperations.UnsafeWrap(value.AsMemory()));
        else Bytes += value.Length;
    }

    /// <summary>Many numbers, packed.</summary>
    public void Numbers(int field, ImmutableArray<long> values, int most)
    {
        Bounded(field, values.AsSpan().Length, most);
        if (values.IsDefaultOrEmpty) return;
        var size = 0;
        foreach (var value in values) size += CodedOutputStream.ComputeInt64Size(value);
        Head(field, size);
        if (_counting)
        {
            Bytes += size;
            return;
        }

        _to.WriteLength(size);
        foreach (var value in values) _to.WriteInt64(value);
    }

    /// <summary>A message within this one, also an empty one.</summary>
    public void Part<T>(int field, Put<T> put, T value)
    {
        if (!_counting)
        {
            Head(field, 0);
            _to.WriteLength(_sizes.Next());
            put(ref this, value);
            return;
        }

        var (place, before) = (_sizes.Begin(), Bytes);
        put(ref this, value);
        var size = Bytes - before;
        _sizes.End(place, size);
        Head(field, size);
    }

    /// <summary>Many messages within this one.</summary>
    public void Parts<T>(int field, Put<T> put, ImmutableArray<T> values, int most)
    {
        Bounded(field, values.AsSpan().Length, most);
        foreach (var value in values.AsSpan()) Part(field, put, value);
    }

    /// <summary>The exception for a value that cannot be written.</summary>
    public readonly WireFormatException Refuse(int field, string what) => new(_manifest, $"cannot be written, field {field}: {what}");

    private readonly void Bounded(int field, int count, int most)
    {
        if (count > most) throw Refuse(field, $"{count} elements, at most {most} fit");
    }

    private void Present(int field, ulong value)
    {
        var tag = (uint)((field << 3) | VarintType);
        if (_counting)
        {
            Bytes += CodedOutputStream.ComputeRawVarint32Size(tag) + CodedOutputStream.ComputeUInt64Size(value);
            return;
        }

        _to.WriteTag(tag);
        _to.WriteUInt64(value);
    }

    private void PresentText(int field, string value, int most)
    {
        var size = BytesOf(field, value);
        if (size > most) throw Refuse(field, $"{size} bytes of text, at most {most} fit");
        Head(field, size);
        if (_counting) Bytes += size;
        else _to.WriteString(value);
    }

    private readonly int BytesOf(int field, string value)
    {
        try
        {
            return Strict.GetByteCount(value);
        }
        catch (EncoderFallbackException e)
        {
            throw Refuse(field, $"half a surrogate pair at {e.Index} is no text");
        }
    }

    /// <summary>The tag, and when counting the length that the caller writes with what follows.</summary>
    private void Head(int field, int length)
    {
        var tag = (uint)((field << 3) | BytesType);
        if (_counting) Bytes += CodedOutputStream.ComputeRawVarint32Size(tag) + CodedOutputStream.ComputeLengthSize(length);
        else _to.WriteTag(tag);
    }
}
