using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Messages;
using VIommuActors.Wire.Tests.Mirrors;
using VIommuActors.Wire.Tests.Samples;

namespace VIommuActors.Wire.Tests;

/// <summary>Whatever can be sent can be written, and is tested.</summary>
public sealed class CoverageTests
{
    private static readonly Type[] All =
        [.. typeof(Message).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Message)) && !type.IsAbstract)];

    private static readonly Type[] Parties = [.. All.Where(type => type.IsPublic)];

    private static readonly Type[] Cluster =
        [.. typeof(IClusterMessage).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IClusterMessage)) && !type.IsInterface)];

    [Fact]
    public void Every_message_of_a_party_has_a_codec_a_generator_and_a_golden_sample()
    {
        Assert.True(Parties.Length >= 40);
        Assert.Equal(Names(Parties), Names(WireFormat.PartyTypes));
        Assert.Equal(Names(Parties), Names(PartySamples.Gens.Keys));
        Assert.Equal(WireFormat.PartyTypes, GoldenSamples.Parties.Select(sample => sample.GetType()));
    }

    /// <summary>Defects have messages of their own, which they send to themselves.</summary>
    [Fact]
    public void What_has_no_codec_is_a_partys_note_to_itself() =>
        Assert.All(All.Except(Parties), type => Assert.True(
            type.IsAssignableTo(typeof(IInternal)) && type.Namespace!.EndsWith(".Mutants", StringComparison.Ordinal), type.FullName));

    [Fact]
    public void Every_message_of_a_process_has_a_manifest_a_generator_and_a_golden_sample()
    {
        Assert.True(Cluster.Length >= 13);
        Assert.Equal(Names(Cluster), Names(WireFormat.Types));
        Assert.Equal(Names(Cluster), Names(ClusterSamples.Gens.Keys));
        Assert.Equal(WireFormat.Types, GoldenSamples.Cluster.Select(sample => sample.GetType()).Distinct());
    }

    [Fact]
    public void Manifests_are_short_differ_and_end_with_a_version()
    {
        Assert.Equal(WireFormat.Manifests.Count, WireFormat.Manifests.Distinct().Count());
        Assert.All(WireFormat.Manifests, manifest => Assert.Matches("^[a-z]{2}[1-9]$", manifest));
    }

    /// <summary>A field that the constructor takes and the codec forgets would come back as nothing.</summary>
    [Fact]
    public void Golden_samples_leave_no_field_at_its_default() =>
        Assert.All(GoldenSamples.Parties.Cast<object>().Concat(GoldenSamples.Cluster), sample =>
            Assert.All(Mirror.Properties(sample.GetType()), property => Assert.False(
                IsDefault(property.GetValue(sample)), $"{sample.GetType().Name}.{property.Name}")));

    private static bool IsDefault(object? value) =>
        value is null || (value.GetType().IsValueType && value.Equals(Activator.CreateInstance(value.GetType())));

    private static IEnumerable<string> Names(IEnumerable<Type> types) => types.Select(type => type.Name).Order(StringComparer.Ordinal);
}
