using VIommuActors.Wire.Tests.Samples;

namespace VIommuActors.Wire.Tests;

/// <summary>The bytes of one message of each kind.</summary>
public sealed class GoldenTests
{
    [Fact]
    public void Messages_have_the_bytes_they_always_had()
    {
        var lines = GoldenSamples.Golden
            .Select(message => (GoldenSamples.NameOf(message), Convert.ToHexStringLower(WireFormat.Encode(message))))
            .ToList();
        Golden.Update(lines);
        Assert.Equal(Golden.Lines(), lines);
    }

    [Fact]
    public void Bytes_mean_what_they_always_meant()
    {
        var lines = Golden.Lines();
        Assert.Equal(lines.Count, GoldenSamples.Golden.Count);
        Assert.All(lines.Zip(GoldenSamples.Golden), pair => Assert.Equal(
            pair.Second, WireFormat.Decode(pair.First.Name.Split(' ')[0], Convert.FromHexString(pair.First.Hex)), Same.Comparer));
    }

    /// <summary>One by hand, from the encoding's own rules, so that the file does not only agree with itself.</summary>
    [Fact]
    public void An_acknowledgement_is_three_varints() =>
        Assert.Equal("0803" + "1002" + "18e807", Convert.ToHexStringLower(WireFormat.Encode(new Messages.LinkAck(3, 2, 1000))));
}
