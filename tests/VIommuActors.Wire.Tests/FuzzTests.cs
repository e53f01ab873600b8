using VIommuActors.Wire.Tests.Mirrors;
using VIommuActors.Wire.Tests.Samples;

namespace VIommuActors.Wire.Tests;

/// <summary>
/// Bytes from nowhere: each is a message or a <see cref="WireFormatException"/>, and neither takes more memory than it is worth.
/// </summary>
public sealed class FuzzTests
{
    private const int Runs = 10_000, Fixed = 16 * 1024, PerByte = 64;

    private static readonly (string Manifest, byte[] Bytes)[] Good =
        [.. GoldenSamples.Cluster.Select(message => (WireFormat.ManifestOf(message), WireFormat.Encode(message)))];

    [Fact]
    public void Mutated_messages_are_read_as_protoc_reads_them_or_refused()
    {
        var random = new Random(1729);
        var (read, refused) = (0, 0);
        for (var i = 0; i < Runs; i++)
        {
            var (manifest, bytes) = Good[random.Next(Good.Length)];
            for (var edits = random.Next(1, 4); edits > 0; edits--) bytes = Edited(bytes, random);
            if (Try(manifest, bytes)) read++;
            else refused++;
        }

        Assert.True(read > Runs / 20 && refused > Runs / 20, $"{read} read, {refused} refused: not much of a test");
    }

    [Fact]
    public void Random_bytes_under_every_manifest_are_refused_or_read()
    {
        var random = new Random(1730);
        for (var i = 0; i < Runs; i++)
        {
            var bytes = new byte[random.Next(0, 200)];
            random.NextBytes(bytes);
            Try(WireFormat.Manifests[random.Next(WireFormat.Manifests.Count)], bytes);
        }
    }

    [Fact]
    public void A_message_that_was_cut_anywhere_is_refused_or_has_lost_whole_fields()
    {
        var refused = 0;
        foreach (var (manifest, bytes) in Good)
            for (var length = 0; length < bytes.Length; length++)
                if (!Try(manifest, bytes[..length])) refused++;
        Assert.True(refused > 1000);
    }

    [Fact]
    public void Every_single_changed_byte_is_read_as_protoc_reads_it_or_refused()
    {
        foreach (var (manifest, bytes) in Good)
            for (var at = 0; at < bytes.Length; at++)
                foreach (var value in (ReadOnlySpan<byte>)[0, 0x7f, 0x80, 0xff, (byte)(bytes[at] ^ 1), (byte)(bytes[at] + 8)])
                {
                    var changed = bytes.ToArray();
                    changed[at] = value;
                    Try(manifest, changed);
                }
    }

    [Fact]
    public void Two_messages_behind_each_other_are_none() =>
        Assert.All(Good, pair => Assert.False(Try(pair.Manifest, [.. pair.Bytes, .. pair.Bytes])));

    /// <summary>Strings that promise more than comes: 4 GiB of text, of segments, of a frame.</summary>
    [Theory]
    [InlineData("os1", "1affffffff07")]
    [InlineData("os1", "1affffffff0f41")]
    [InlineData("dr1", "22ffffff7f")]
    [InlineData("lf1", "a201ffffff7f1affffff7f")]
    [InlineData("ve1", "22ffffff7f52ffffff7f")]
    [InlineData("ve1", "220752ffffff7f0101")]
    [InlineData("ve1", "220762ffffff7f0101")]
    [InlineData("la1", "7affffff7f")]
    public void A_length_that_nothing_stands_behind_costs_nothing(string manifest, string hex) =>
        Assert.False(Try(manifest, Convert.FromHexString(hex)));

    /// <returns>Whether it is a message.</returns>
    private static bool Try(string manifest, byte[] bytes)
    {
        Messages.IClusterMessage? message = null;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            message = WireFormat.Decode(manifest, bytes);
        }
        catch (WireFormatException)
        {
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= Fixed + (PerByte * (long)bytes.Length), $"{allocated} bytes for {manifest} {Convert.ToHexString(bytes)}");
        if (message is null) return false;
        Assert.Equal(Mirror.Parse(manifest, bytes), Mirror.Of(message));
        return true;
    }

    private static byte[] Edited(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length + 1);
        var edited = bytes.ToList();
        switch (random.Next(7))
        {
            case 0 when at < bytes.Length:
                edited[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Length:
                edited[at] = (byte)random.Next(256);
                break;
            case 2:
                edited.Insert(at, (byte)random.Next(256));
                break;
            case 3 when at < bytes.Length:
                edited.RemoveAt(at);
                break;
            case 4:
                edited.RemoveRange(at, bytes.Length - at);
                break;
            case 5:
                var other = Good[random.Next(Good.Length)].Bytes;
                edited.InsertRange(at, other.Take(random.Next(other.Length + 1)));
                break;
            default:
                edited.AddRange(Enumerable.Range(0, random.Next(1, 9)).Select(_ => (byte)random.Next(256)));
                break;
        }

        return [.. edited];
    }
}
