using CsCheck;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Translation;
using VIommuActors.Wire.Messages;
using VIommuActors.Wire.Tests.Mirrors;
using VIommuActors.Wire.Tests.Samples;

namespace VIommuActors.Wire.Tests;

/// <summary>The published schema, compiled by protoc, beside the codecs written by hand: each reads what the other writes.</summary>
public sealed class SchemaTests
{
    private static readonly Type[] Enums =
        [typeof(Permission), typeof(Purpose), typeof(AttachStep), typeof(CrashScope), typeof(DeviceStep)];

    public static TheoryData<string> PartyKinds => RoundTripTests.PartyKinds;

    public static TheoryData<string> ClusterKinds => RoundTripTests.ClusterKinds;

    [Theory, MemberData(nameof(PartyKinds))]
    public void A_party_message_is_the_same_to_protoc(string kind) =>
        ClusterSamples.Frame(PartySamples.Gens.Single(pair => pair.Key.Name == kind).Value).Sample(IsTheSame, iter: 300);

    [Theory, MemberData(nameof(ClusterKinds))]
    public void A_cluster_message_is_the_same_to_protoc(string kind) =>
        ClusterSamples.Gens.Single(pair => pair.Key.Name == kind).Value.Sample(IsTheSame, iter: 300);

    [Fact]
    public void The_schema_has_every_message_with_every_field_and_no_other()
    {
        Type[] ours =
        [
            .. WireFormat.Types, .. WireFormat.PartyTypes,
            typeof(SlotImage), typeof(ClockEntry), typeof(VmFigures), typeof(DmaSegment), typeof(DrainScope),
            typeof(CargoPart),
        ];
        Assert.Equal(
            ours.Select(type => type.Name).Order(StringComparer.Ordinal),
            Mirror.All.Select(message => message.Name).Order(StringComparer.Ordinal));
        Assert.All(ours, type => Assert.Equal(
            Mirror.Names(type).Select(Mirror.Plain).Order(StringComparer.Ordinal),
            Mirror.DescriptorOf(type).Fields.InDeclarationOrder()
                .Select(field => Mirror.Plain(field.RealContainingOneof?.Name ?? field.Name)).Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void The_frames_oneof_numbers_the_parties_messages()
    {
        var fields = LinkFrameOneof().Fields.OrderBy(field => field.FieldNumber).ToList();
        Assert.Equal(Enumerable.Range(16, fields.Count), fields.Select(field => field.FieldNumber));
        Assert.Equal(WireFormat.PartyTypes.Select(type => type.Name), fields.Select(field => field.MessageType.Name));
    }

    [Fact]
    public void The_schemas_enums_are_ours()
    {
        Assert.Equal(
            Enums.Select(type => type.Name).Order(StringComparer.Ordinal),
            Schema.WireReflection.Descriptor.EnumTypes.Select(type => type.Name).Order(StringComparer.Ordinal));
        Assert.All(Enums, type => Assert.Equal(
            Enum.GetValues(type).Cast<object>().Select(value => (Mirror.Plain(type.Name + value), Convert.ToInt32(value))),
            Schema.WireReflection.Descriptor.EnumTypes.Single(other => other.Name == type.Name).Values
                .Select(value => (Mirror.Plain(value.Name), value.Number))));
    }

    [Fact]
    public void The_schema_names_every_manifest()
    {
        var schema = File.ReadAllText(Path.Combine(Golden.Root(), "src", "VIommuActors.Wire", "wire.proto"));
        Assert.All(WireFormat.Manifests.Zip(WireFormat.Types), pair =>
            Assert.Matches($@"Manifest {pair.First}[.:](.|\n//)*\nmessage {pair.Second.Name} ", schema));
    }

    private static OneofDescriptor LinkFrameOneof() => Mirror.DescriptorOf(typeof(Messages.LinkFrame)).Oneofs.Single();

    private static bool IsTheSame(IClusterMessage message)
    {
        var (manifest, ours, theirs) = (WireFormat.ManifestOf(message), WireFormat.Encode(message), Mirror.Of(message));
        // Not only equal when parsed: both leave out the same fields and take the shortest form of the others.
        return ours.AsSpan().SequenceEqual(theirs.ToByteArray()) &&
            theirs.Descriptor.Parser.ParseFrom(ours).Equals(theirs) &&
            Same.Comparer.Equals(message, WireFormat.Decode(manifest, theirs.ToByteArray()));
    }
}
