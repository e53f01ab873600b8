using System.Collections.Frozen;
using Google.Protobuf;
using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Encoding;

namespace VIommuActors.Wire.Codecs;

/// <summary>Every message that a frame can carry.</summary>
internal static class PartyCodecs
{
    /// <summary>First number of the frame's oneof; below are the frame's own fields.</summary>
    public const int FirstField = 16;

    private static readonly PartyCodec[] Codecs = [.. DmaCodecs.All, .. DrainCodecs.All, .. AtsCodecs.All, .. LifeCodecs.All];
    private static readonly FrozenDictionary<Type, PartyCodec> ByType = Codecs.ToFrozenDictionary(codec => codec.Type);
    private static readonly PartyCodec?[] ByField = Indexed();

    /// <summary>Their classes, in the order of their numbers.</summary>
    public static IEnumerable<Type> Types => Codecs.Select(codec => codec.Type);

    /// <summary>Bits of their numbers.</summary>
    public static ulong Fields => Layout.Range(FirstField, FirstField + Codecs.Length - 1);

    /// <summary>Writes a message into its place.</summary>
    public static void Write(ref FieldWriter writer, Message message)
    {
        if (message is null) throw writer.Refuse(FirstField, "there is no message");
        if (!ByType.TryGetValue(message.GetType(), out var codec)) throw writer.Refuse(FirstField, $"{message.GetType()} has no codec");
        writer.Part(codec.Field, codec.Put, message);
    }

    /// <summary>Reads the message at a field.</summary>
    public static Message Read(FieldReader level, int field, ref ParseContext from)
    {
        var codec = ByField[field]!;
        return codec.Take(level.Part(codec.Layout, ref from));
    }

    private static PartyCodec?[] Indexed()
    {
        var table = new PartyCodec?[64];
        foreach (var codec in Codecs) table[codec.Field] = codec;
        return table;
    }
}
