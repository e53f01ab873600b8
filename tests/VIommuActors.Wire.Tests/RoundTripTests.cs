using CsCheck;
using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Messages;
using VIommuActors.Wire.Tests.Samples;

namespace VIommuActors.Wire.Tests;

/// <summary>What is written is what is read.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<string> PartyKinds => [.. PartySamples.Gens.Keys.Select(type => type.Name)];

    public static TheoryData<string> ClusterKinds => [.. ClusterSamples.Gens.Keys.Select(type => type.Name)];

    [Theory, MemberData(nameof(PartyKinds))]
    public void A_party_message_comes_back_as_it_went(string kind) =>
        ClusterSamples.Frame(PartySamples.Gens.Single(pair => pair.Key.Name == kind).Value).Sample(ComesBack, iter: 300);

    [Theory, MemberData(nameof(ClusterKinds))]
    public void A_cluster_message_comes_back_as_it_went(string kind) =>
        ClusterSamples.Gens.Single(pair => pair.Key.Name == kind).Value.Sample(ComesBack, iter: 300);

    [Fact]
    public void The_largest_messages_come_back()
    {
        var segments = Enumerable.Range(0, 25_000).Select(i => new Vtd.DmaSegment(new((ulong)i), 1 + (i % 100), false));
        var doorbell = new Doorbell(new(1), 7, [.. segments], 1);
        var frame = new LinkFrame(1, 1, 1, 0, new(2), doorbell, [], []);
        Assert.True(ComesBack(frame));
        var (scenario, settings) = (new string('s', WireLimits.ScenarioBytes), Enumerable.Repeat("a=b", WireLimits.Settings));
        Assert.True(ComesBack(new DefineRun("r", "n", scenario, [.. settings], "p", 0, 1, false, false, 0, 0)));
        var slots = Enumerable.Range(0, WireLimits.Slots).Select(i => new SlotImage(i, Xen.IoRequests.Ioreq.MmioRead(ulong.MaxValue, 8)));
        var clock = Enumerable.Range(0, WireLimits.ClockEntries).Select(i => new ClockEntry(i, -1));
        Assert.True(ComesBack(new LinkFrame(1, 1, 1, 0, NodeId.None, new DrainAck(NodeId.None, -1), [.. slots], [.. clock])));
    }

    /// <summary>Whatever may travel with others leaves room for them.</summary>
    [Fact]
    public void As_many_frames_as_may_go_together_fit_into_a_message() =>
        ClusterSamples.Gens[typeof(LinkFrame)].Select(frame => (LinkFrame)frame).Where(LinkFrames.Takes).Sample(
            frame => WireFormat.Encode(frame).Length <= WireLimits.MessageBytes / WireLimits.CargoFrames - 32, iter: 3000);

    [Fact]
    public void Arrays_that_were_never_set_are_empty_ones()
    {
        var frame = new LinkFrame(1, 1, 1, 0, new(2), new DmaDone(new(1), 2), default, default);
        var read = Assert.IsType<LinkFrame>(WireFormat.Decode("lf1", WireFormat.Encode(frame)));
        Assert.False(read.Slots.IsDefault || read.Clock.IsDefault);
        Assert.Equal(frame, read);
        Assert.Equal(frame.GetHashCode(), read.GetHashCode());
    }

    [Fact]
    public void Nothing_of_one_message_is_left_in_the_next()
    {
        Assert.True(ComesBack(GoldenSamples.Cluster.OfType<DefineRun>().Single()));
        Assert.True(ComesBack(new DefineRun("r", "n", "", [], "p", 0, 0, false, false, 0, 0)));
        Assert.True(ComesBack(GoldenSamples.Cluster.OfType<VmEnded>().Single()));
        Assert.True(ComesBack(new VmEnded("r", 0, "n", new(0, 0, 0, 0, 0, 0, 0, 0, 0, [], [], [], []), null)));
        ClusterSamples.Any.Array[2, 6].Sample(messages => messages.All(ComesBack), iter: 300);
    }

    private static bool ComesBack(IClusterMessage message)
    {
        var bytes = WireFormat.Encode(message);
        return Same.Comparer.Equals(message, WireFormat.Decode(WireFormat.ManifestOf(message), bytes));
    }
}
