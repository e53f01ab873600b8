using System.Collections.Immutable;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;

namespace VIommuActors.Wire.Encoding;

/// <summary>Makes a value of the fields that were read.</summary>
internal delegate T Take<out T>(FieldReader reader);

/// <summary>
/// Reads the fields of one message, one level of it: numbers as they are on the wire, and whatever has a length through the
/// <see cref="Layout"/>. A field that is not in the layout is skipped: a newer peer has written it.
/// </summary>
/// <remarks>
/// Protobuf lets the last one win where a field comes twice, and treats a wrong type as unknown. Here both are refused: no encoder of
/// this schema writes either, and two messages behind each other look like the first.
/// Google.Protobuf hands out a <see cref="ParseContext"/> only to an <see cref="IBufferMessage"/>, which is why this is one.
/// </remarks>
internal sealed class FieldReader : IBufferMessage
{
    private const int Fields = 64, MostGroups = 16;
    private const uint VarintType = 0, Fixed64Type = 1, BytesType = 2, GroupType = 3, EndType = 4, Fixed32Type = 5;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ulong[] _numbers = new ulong[Fields];
    private FieldReader? _inner;
    private Layout _layout = Layout.Empty;
    private ulong _seen;
    private bool _binUsed;

    /// <summary>What the parts of this level came to.</summary>
    public PartBin Bin { get; } = new();

    /// <summary>For the words of an exception.</summary>
    public string Manifest { get; private set; } = "";

    MessageDescriptor IMessage.Descriptor => throw new NotSupportedException();

    /// <summary>Reads a whole message; afterwards the fields are here.</summary>
    /// <exception cref="WireFormatException">It is none.</exception>
    public void Read(string manifest, Layout layout, ReadOnlySpan<byte> bytes)
    {
        Begin(manifest, layout);
        try
        {
            this.MergeFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new WireFormatException(manifest, $"malformed: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Forgets what the last message brought, so that nothing of it is kept alive.</summary>
    public void Clear()
    {
        for (var level = this; level is not null; level = level._inner)
        {
            if (level._binUsed) level.Bin.Clear();
            level._binUsed = false;
            level._seen = 0;
        }
    }

    /// <summary>Reads a part of this message; its fields are in the result until the next part is read.</summary>
    public FieldReader Part(Layout layout, ref ParseContext from)
    {
        _inner ??= new FieldReader();
        _inner.Begin(Manifest, layout);
        from.ReadMessage(_inner);
        return _inner;
    }

    /// <summary>Whether a field was there.</summary>
    public bool Has(int field) => (_seen & (1UL << field)) != 0;

    /// <summary>Any 64 bits.</summary>
    public ulong Number(int field) => Has(field) ? _numbers[field] : 0;

    /// <summary>int64.</summary>
    public long Long(int field) => (long)Number(field);

    /// <summary>int32.</summary>
    public int Int(int field) => (int)Within(field, int.MinValue, int.MaxValue);

    /// <summary>optional int32.</summary>
    public int? OptionalInt(int field) => Has(field) ? Int(field) : null;

    /// <summary>sint64.</summary>
    public long SignedLong(int field)
    {
        var folded = Number(field);
        return (long)(folded >> 1) ^ -(long)(folded & 1);
    }

    /// <summary>sint32.</summary>
    public int SignedInt(int field) => (int)Checked(field, SignedLong(field), int.MinValue, int.MaxValue);

    /// <summary>0 and more.</summary>
    public int Length(int field) => (int)Within(field, 0, int.MaxValue);

    /// <summary>A number with bounds.</summary>
    public long Within(int field, long least, long most) => Checked(field, Long(field), least, most);

    /// <summary>uint32.</summary>
    public uint UInt(int field) => (uint)Within(field, 0, uint.MaxValue);

    /// <summary>A value of an enum whose values are 0 to <paramref name="last"/>.</summary>
    public int Choice(int field, int last) => (int)Within(field, 0, last);

    /// <summary>A flag.</summary>
    public bool Flag(int field) => Within(field, 0, 1) != 0;

    /// <summary>A party: its index plus one.</summary>
    public NodeId Node(int field) => new((int)Within(field, 0, WireLimits.Node + 1) - 1);

    /// <summary>A requester id.</summary>
    public SourceId Source(int field) => new((ushort)Within(field, 0, ushort.MaxValue));

    /// <summary>An I/O virtual address.</summary>
    public Iova Iova(int field) => new(Number(field));

    /// <summary>A guest-physical address.</summary>
    public GuestPhysical Physical(int field) => new(Number(field));

    /// <summary>Text of a bounded number of bytes.</summary>
    public string Text(int field, int most, ref ParseContext from)
    {
        var bytes = from.ReadBytes().Span;
        if (bytes.Length > most) throw Refuse(field, $"{bytes.Length} bytes of text, at most {most} fit");
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw Refuse(field, $"byte {e.Index} is not UTF-8");
        }
    }

    /// <summary>A name that must have come, and not empty.</summary>
    public string Name(int field) => Bin.Text(field) is { Length: > 0 } name ? name : throw Refuse(field, "a name is missing");

    /// <summary>One more element of a list, if it fits.</summary>
    public void Append<T>(int field, List<T> list, T element, int most)
    {
        if (list.Count >= most) throw Refuse(field, $"more than {most} elements");
        list.Add(element);
    }

    /// <summary>The exception for something that cannot be read.</summary>
    public WireFormatException Refuse(int field, string what) => new(Manifest, $"{_layout.Name}, field {field}: {what}");

    void IBufferMessage.InternalMergeFrom(ref ParseContext input)
    {
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            var (field, type) = ((int)(tag >> 3), tag & 7);
            if (_layout.IsNumber(field))
            {
                if (type != VarintType) throw Refuse(field, $"wire type {type} where a number belongs");
                First(field);
                _numbers[field] = input.ReadUInt64();
            }
            else if (_layout.IsPart(field))
            {
                if (type != BytesType) throw Refuse(field, $"wire type {type} where something with a length belongs");
                if (!_layout.Repeats(field)) First(field);
                _layout.ReadPart(this, field, ref input);
            }
            else
            {
                Skip(field, type, MostGroups, ref input);
            }
        }
    }

    void IBufferMessage.InternalWriteTo(ref WriteContext output) => throw new NotSupportedException();

    void IMessage.MergeFrom(CodedInputStream input) => throw new NotSupportedException();

    void IMessage.WriteTo(CodedOutputStream output) => throw new NotSupportedException();

    int IMessage.CalculateSize() => throw new NotSupportedException();

    private void Begin(string manifest, Layout layout)
    {
        Manifest = manifest;
        _layout = layout;
        _seen = 0;
        if (!layout.HasParts) return;
        Bin.Clear();
        _binUsed = true;
    }

    private void First(int field)
    {
        if (Has(field)) throw Refuse(field, "comes twice");
        _seen |= 1UL << field;
    }

    private long Checked(int field, long value, long least, long most) =>
        value >= least && value <= most ? value : throw Refuse(field, $"{value} is not in {least}..{most}");

    private void Skip(int field, uint type, int groups, ref ParseContext from)
    {
        switch (type)
        {
            case VarintType:
                from.ReadUInt64();
                return;
            case Fixed64Type:
                from.ReadFixed64();
                return;
            case BytesType:
                from.ReadBytes();
                return;
            case Fixed32Type:
                from.ReadFixed32();
                return;
            case GroupType when groups > 0:
                uint tag;
                while ((tag = from.ReadTag()) != ((uint)field << 3 | EndType))
                {
                    if (tag == 0) throw Refuse(field, "a group does not end");
                    Skip((int)(tag >> 3), tag & 7, groups - 1, ref from);
                }

                return;
            default:
                throw Refuse(field, type == GroupType ? "groups are nested too deep" : $"wire type {type} belongs to nothing");
        }
    }
}
