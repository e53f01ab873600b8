using Google.Protobuf;
using Google.Protobuf.Reflection;
using VIommuActors.Wire.Codecs;
using VIommuActors.Wire.Encoding;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Wire;

/// <summary>
/// Messages between processes as protobuf: the schema is <c>wire.proto</c>, and what this writes any protobuf library reads. Safe on
/// any thread; allocates the bytes it returns and what it decodes.
/// </summary>
/// <remarks>
/// A manifest names the kind of message and the version of its meaning. Within one version fields are only ever added: an older reader
/// skips them, and a newer one takes a missing one for zero, empty or none.
/// </remarks>
public static class WireFormat
{
    [ThreadStatic]
    private static FieldReader? _reader;

    [ThreadStatic]
    private static Envelope? _envelope;

    /// <summary>Every manifest there is, in a fixed order.</summary>
    public static IReadOnlyList<string> Manifests { get; } = [.. RootCodecs.All.Select(codec => codec.Manifest)];

    /// <summary>Classes of messages that have a manifest, in the same order.</summary>
    public static IReadOnlyList<Type> Types { get; } = [.. RootCodecs.All.Select(codec => codec.Type)];

    /// <summary>Classes of parties' messages that a frame can carry, in the order of their field numbers.</summary>
    public static IReadOnlyList<Type> PartyTypes { get; } = [.. PartyCodecs.Types];

    /// <summary>The manifest of a message.</summary>
    /// <exception cref="WireFormatException">It has none.</exception>
    public static string ManifestOf(object message) => CodecOf(message).Manifest;

    /// <summary>A message's bytes.</summary>
    /// <exception cref="WireFormatException">It has none: no codec, or a value out of its bounds.</exception>
    public static byte[] Encode(object message)
    {
        var codec = CodecOf(message);
        var envelope = _envelope ??= new Envelope();
        return envelope.Encode(codec, (IClusterMessage)message);
    }

    /// <summary>The message that the bytes are.</summary>
    /// <exception cref="WireFormatException">They are none, or the manifest is not known.</exception>
    public static IClusterMessage Decode(string manifest, ReadOnlySpan<byte> bytes)
    {
        if (!RootCodecs.ByManifest.TryGetValue(manifest, out var codec)) throw new WireFormatException(manifest, "an unknown manifest");
        if (bytes.Length > WireLimits.MessageBytes)
        {
            throw new WireFormatException(manifest, $"{bytes.Length} bytes, at most {WireLimits.MessageBytes} are read");
        }

        var reader = _reader ??= new FieldReader();
        try
        {
            reader.Read(codec.Manifest, codec.Layout, bytes);
            return codec.Take(reader);
        }
        finally
        {
            reader.Clear();
        }
    }

    private static RootCodec CodecOf(object message) =>
        RootCodecs.ByType.TryGetValue(message.GetType(), out var codec)
            ? codec
            : throw new WireFormatException("", $"{message.GetType()} has no manifest{Hint(message)}");

    private static string Hint(object message) => message is Protocols.Messages.Message ? ", it travels in a LinkFrame" : "";

    /// <summary>Google.Protobuf hands out a <see cref="WriteContext"/> only to an <see cref="IBufferMessage"/>.</summary>
    private sealed class Envelope : IBufferMessage
    {
        private readonly PartSizes _sizes = new();
        private RootCodec? _codec;
        private IClusterMessage? _message;

        MessageDescriptor IMessage.Descriptor => throw new NotSupportedException();

        public byte[] Encode(RootCodec codec, IClusterMessage message)
        {
            _sizes.Clear();
            var size = FieldWriter.Count(codec.Manifest, _sizes, codec.Put, message);
            if (size > WireLimits.MessageBytes)
            {
                throw new WireFormatException(codec.Manifest, $"cannot be written, {size} bytes, at most {WireLimits.MessageBytes} fit");
            }

            var bytes = new byte[size];
            (_codec, _message) = (codec, message);
            this.WriteTo(bytes.AsSpan());
            (_codec, _message) = (null, null);
            return bytes;
        }

        void IBufferMessage.InternalWriteTo(ref WriteContext output) =>
            FieldWriter.Write(_codec!.Manifest, _sizes, _codec.Put, _message!, ref output);

        void IBufferMessage.InternalMergeFrom(ref ParseContext input) => throw new NotSupportedException();

        void IMessage.MergeFrom(CodedInputStream input) => throw new NotSupportedException();

        void IMessage.WriteTo(CodedOutputStream output) => throw new NotSupportedException();

        int IMessage.CalculateSize() => throw new NotSupportedException();
    }
}
