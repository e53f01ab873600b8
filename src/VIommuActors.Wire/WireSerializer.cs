using Akka.Actor;
using Akka.Serialization;

namespace VIommuActors.Wire;

/// <summary>Akka's way to <see cref="WireFormat"/>, with counters for what it refuses.</summary>
public sealed class WireSerializer : SerializerWithStringManifest
{
    /// <summary>Akka keeps 0 to 40 for itself. Never changes: it travels with every message.</summary>
    public const int WireId = 1729;

    /// <summary>
    /// The binding, for <c>akka.actor</c> of every process: our messages by this serializer, nothing by JSON in either direction, and
    /// frames of the transport that hold the longest message.
    /// </summary>
    public const string Hocon = """
        akka {
          actor {
            serializers {
              viommu-wire = "VIommuActors.Wire.WireSerializer, VIommuActors.Wire"
              # What comes as JSON names the class that it wants to be. Nobody here sends it, so nobody reads it.
              json = "VIommuActors.Wire.JsonRefusal, VIommuActors.Wire"
            }
            serialization-bindings {
              "VIommuActors.Wire.Messages.IClusterMessage, VIommuActors.Wire" = viommu-wire
            }
            # A class without a binding is an error at the sender.
            serialization-settings.allow-unregistered-types = off
          }
          # The transport's own 128,000 bytes are less than a scenario may have; 4 KiB are for Akka's envelope.
          remote.dot-netty.tcp {
            maximum-frame-size = 266240b
            send-buffer-size = 532480b
            receive-buffer-size = 532480b
          }
        }
        """;

    private readonly WireCounters _counters;

    /// <summary>Called by Akka.</summary>
    public WireSerializer(ExtendedActorSystem system)
        : base(system) => _counters = WireCounters.Of(system);

    /// <inheritdoc/>
    public override int Identifier => WireId;

    /// <summary>The message's bytes.</summary>
    /// <exception cref="WireFormatException">It has no codec, or a value is out of its bounds.</exception>
    public override byte[] ToBinary(object obj)
    {
        try
        {
            return WireFormat.Encode(obj);
        }
        catch (WireFormatException)
        {
            _counters.AddUnwritable();
            throw;
        }
    }

    /// <summary>The message.</summary>
    /// <exception cref="WireFormatException">The manifest is not known, or the bytes are no such message.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return WireFormat.Decode(manifest ?? "", bytes);
        }
        catch (WireFormatException)
        {
            _counters.AddUnreadable(manifest ?? "");
            throw;
        }
    }

    /// <summary>The message's manifest.</summary>
    /// <exception cref="WireFormatException">It has none.</exception>
    public override string Manifest(object o)
    {
        try
        {
            return WireFormat.ManifestOf(o);
        }
        catch (WireFormatException)
        {
            _counters.AddUnwritable();
            throw;
        }
    }
}
