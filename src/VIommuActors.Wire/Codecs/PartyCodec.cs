using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Encoding;

namespace VIommuActors.Wire.Codecs;

/// <summary>How one kind of a party's message stands in a frame.</summary>
/// <param name="number">Number in the frame's oneof; never given to another kind.</param>
/// <param name="type">The message's class.</param>
/// <param name="layout">Its fields.</param>
internal abstract class PartyCodec(int number, Type type, Layout layout)
{
    /// <summary>Number in the frame's oneof.</summary>
    public int Field => number;

    /// <summary>The message's class.</summary>
    public Type Type => type;

    /// <summary>Its fields.</summary>
    public Layout Layout => layout;

    /// <summary>Writes its fields.</summary>
    public abstract Put<Message> Put { get; }

    /// <summary>Makes it of the fields that were read.</summary>
    public abstract Message Take(FieldReader reader);

    /// <summary>A message of numbers only: fields 1 to <paramref name="numbers"/>.</summary>
    public static PartyCodec Of<T>(int field, int numbers, Put<T> put, Take<T> take)
        where T : Message => new PartyCodecOf<T>(field, new Layout(typeof(T).Name, Layout.Range(1, numbers)), put, take);

    /// <summary>A message with parts.</summary>
    public static PartyCodec Of<T>(int field, Layout layout, Put<T> put, Take<T> take)
        where T : Message => new PartyCodecOf<T>(field, layout, put, take);
}

/// <summary>The codec of one class.</summary>
internal sealed class PartyCodecOf<T> : PartyCodec
    where T : Message
{
    private readonly Put<T> _put;
    private readonly Take<T> _take;

    public PartyCodecOf(int number, Layout layout, Put<T> put, Take<T> take)
        : base(number, typeof(T), layout)
    {
        (_put, _take) = (put, take);
        Put = PutTyped;
    }

    public override Put<Message> Put { get; }

    public override Message Take(FieldReader reader) => _take(reader);

    private void PutTyped(ref FieldWriter writer, Message message) => _put(ref writer, (T)message);
}
