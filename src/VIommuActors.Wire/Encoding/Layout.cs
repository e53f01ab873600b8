using Google.Protobuf;

namespace VIommuActors.Wire.Encoding;

/// <summary>Reads the part that stands at a field of a message.</summary>
internal delegate void ReadPart(FieldReader level, int field, ref ParseContext from);

/// <summary>Which fields a message has, by their numbers: varints, and parts with a length in front.</summary>
/// <param name="name">The message's name, for exceptions.</param>
/// <param name="numbers">Bit n: field n is a varint.</param>
/// <param name="parts">Bit n: field n has a length.</param>
/// <param name="lists">Bit n: it may come more than once.</param>
/// <param name="readPart">Reads what has a length.</param>
internal sealed class Layout(string name, ulong numbers, ulong parts = 0, ulong lists = 0, ReadPart? readPart = null)
{
    /// <summary>No fields.</summary>
    public static Layout Empty { get; } = new("", 0);

    /// <summary>The message's name.</summary>
    public string Name => name;

    /// <summary>Whether any field has a length in front.</summary>
    public bool HasParts => parts != 0;

    /// <summary>Bits of fields <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static ulong Range(int first, int last) => last < first ? 0 : (ulong.MaxValue >> (63 - last)) & (ulong.MaxValue << first);

    /// <summary>Bits of single fields.</summary>
    public static ulong Bits(params ReadOnlySpan<int> fields)
    {
        var bits = 0UL;
        foreach (var field in fields) bits |= 1UL << field;
        return bits;
    }

    /// <summary>Whether a field is a varint.</summary>
    public bool IsNumber(int field) => Among(numbers, field);

    /// <summary>Whether a field has a length in front.</summary>
    public bool IsPart(int field) => Among(parts, field);

    /// <summary>Whether a field is a list.</summary>
    public bool Repeats(int field) => Among(lists, field);

    /// <summary>Reads a part.</summary>
    public void ReadPart(FieldReader level, int field, ref ParseContext from) => readPart!(level, field, ref from);

    private static bool Among(ulong bits, int field) => (uint)field < 64 && ((bits >> field) & 1) != 0;
}
