using CsCheck;
using Google.Protobuf;
using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Messages;
using VIommuActors.Wire.Tests.Mirrors;
using VIommuActors.Wire.Tests.Samples;

namespace VIommuActors.Wire.Tests;

/// <summary>Two versions beside each other, as while nodes are replaced one after the other.</summary>
public sealed class UpgradeTests
{
    /// <summary>What a message cannot do without; everything else may be missing.</summary>
    private static readonly string[] Required =
    [
        "OpenSession.run", "SessionOpened.node", "DefineRun.run", "DefineRun.name", "DefineRun.protocol", "RunDefined.run",
        "RunDefined.node", "StartVm.run", "EndRun.run", "NodeProgress.run", "NodeProgress.node", "NodeProgress.role", "VmEnded.run",
        "VmEnded.node", "VmEnded.figures",
        "VmStarted.run", "VmStarted.node", "VmNoted.run",
        "QueryReply.scope", "Drain.scope", "DmaSegment.bytes",
    ];

    [Fact]
    public void Old_reads_new_fields_of_every_wire_type_are_skipped_at_every_level()
    {
        Assert.All(GoldenSamples.Cluster, message => Assert.True(SurvivesGrowth(message), GoldenSamples.NameOf(message)));
        ClusterSamples.Any.Where(message => WireFormat.Encode(message).Length < 8192).Sample(SurvivesGrowth, iter: 300);
    }

    [Fact]
    public void New_reads_old_a_missing_field_is_zero_empty_or_none()
    {
        var (without, refused) = (0, new SortedSet<string>(StringComparer.Ordinal));
        foreach (var message in GoldenSamples.Cluster)
        {
            var manifest = WireFormat.ManifestOf(message);
            foreach (var (path, bytes) in Surgery.WithoutOneField(WireFormat.Encode(message), Mirror.DescriptorOf(message.GetType())))
            {
                without++;
                try
                {
                    Assert.Equal(Mirror.Parse(manifest, bytes), Mirror.Of(WireFormat.Decode(manifest, bytes)));
                }
                catch (WireFormatException)
                {
                    refused.Add(path);
                }
            }
        }

        Assert.True(without > 1000);
        var bodies = Mirror.DescriptorOf(typeof(LinkFrame)).Oneofs.Single().Fields.Select(field => $"LinkFrame.{field.Name}");
        Assert.Equal(Required.Concat(bodies).Order(StringComparer.Ordinal), refused);
    }

    [Fact]
    public void A_frame_with_a_kind_of_message_that_only_a_later_version_has_is_refused()
    {
        var bytes = WireFormat.Encode(GoldenSamples.Cluster.OfType<LinkFrame>().First(frame => frame.Message is DrainAck));
        var later = bytes.ToArray();
        var at = later.AsSpan().IndexOf(new byte[] { 0x82, 0x02 }); // field 32
        (later[at], later[at + 1]) = (0xfa, 0x03); // field 63
        var refusal = Assert.Throws<WireFormatException>(() => WireFormat.Decode("lf1", later));
        Assert.Contains("not known here", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lf2")]
    [InlineData("LF1")]
    [InlineData("")]
    [InlineData("a manifest of a length that nobody wants to read in a log file, let alone in a counter's name")]
    public void An_unknown_manifest_is_refused_in_few_words(string manifest)
    {
        var refusal = Assert.Throws<WireFormatException>(() => WireFormat.Decode(manifest, []));
        Assert.Equal(manifest, refusal.Manifest);
        Assert.Contains("an unknown manifest", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(refusal.Message.Length, 1, 60);
    }

    private static bool SurvivesGrowth(IClusterMessage message)
    {
        var grown = Surgery.WithUnknownFields(WireFormat.Encode(message), Mirror.DescriptorOf(message.GetType()));
        return Same.Comparer.Equals(message, WireFormat.Decode(WireFormat.ManifestOf(message), grown));
    }
}
