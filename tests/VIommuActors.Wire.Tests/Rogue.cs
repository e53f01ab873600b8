using Akka.Actor;
using Akka.Serialization;

namespace VIommuActors.Wire.Tests;

/// <summary>What a broken or foreign process puts on the wire: any manifest, any bytes, under our serializer's number.</summary>
internal sealed record Garbage(string Name, byte[] Bytes);

/// <summary>A class that only JSON would carry.</summary>
internal sealed record Plain(int Value);

/// <summary>Writes <see cref="Garbage"/> as it is.</summary>
internal sealed class RogueSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const string Hocon = """
        akka.actor {
          serializers {
            viommu-wire = "VIommuActors.Wire.WireSerializer, VIommuActors.Wire"
            rogue = "VIommuActors.Wire.Tests.RogueSerializer, VIommuActors.Wire.Tests"
          }
          serialization-bindings {
            "VIommuActors.Wire.Messages.IClusterMessage, VIommuActors.Wire" = viommu-wire
            "VIommuActors.Wire.Tests.Garbage, VIommuActors.Wire.Tests" = rogue
          }
        }
        """;

    public override int Identifier => WireSerializer.WireId;

    public override byte[] ToBinary(object obj) => ((Garbage)obj).Bytes;

    public override string Manifest(object o) => ((Garbage)o).Name;

    public override object FromBinary(byte[] bytes, string manifest) => new Garbage(manifest, bytes);
}
