using VIommuActors.Wire.Encoding;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Wire.Codecs;

/// <summary>How one kind of message between processes is written.</summary>
/// <param name="manifest">Its name on the wire, with the version of its meaning.</param>
/// <param name="type">Its class.</param>
/// <param name="layout">Its fields.</param>
internal abstract class RootCodec(string manifest, Type type, Layout layout)
{
    /// <summary>Its name on the wire.</summary>
    public string Manifest => manifest;

    /// <summary>Its class.</summary>
    public Type Type => type;

    /// <summary>Its fields.</summary>
    public Layout Layout => layout;

    /// <summary>Writes its fields.</summary>
    public abstract Put<IClusterMessage> Put { get; }

    /// <summary>Makes it of the fields that were read.</summary>
    public abstract IClusterMessage Take(FieldReader reader);

    /// <summary>The codec of one class.</summary>
    public static RootCodec Of<T>(string manifest, Layout layout, Put<T> put, Take<T> take)
        where T : IClusterMessage => new RootCodecOf<T>(manifest, layout, put, take);
}

/// <summary>The codec of one class.</summary>
internal sealed class RootCodecOf<T> : RootCodec
    where T : IClusterMessage
{
    private readonly Put<T> _put;
    private readonly Take<T> _take;

    public RootCodecOf(string manifest, Layout layout, Put<T> put, Take<T> take)
        : base(manifest, typeof(T), layout)
    {
        (_put, _take) = (put, take);
        Put = PutTyped;
    }

    public override Put<IClusterMessage> Put { get; }

    public override IClusterMessage Take(FieldReader reader) => _take(reader);

    private void PutTyped(ref FieldWriter writer, IClusterMessage message) => _put(ref writer, (T)message);
}
