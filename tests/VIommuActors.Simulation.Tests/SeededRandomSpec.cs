using VIommuActors.Seeds;

namespace VIommuActors.Simulation.Tests;

public sealed class SeededRandomSpec
{
    [Fact]
    public void The_sequence_is_that_of_the_published_generator()
    {
        // Reference vector of xoshiro256** for the state 1, 2, 3, 4.
        var random = new SeededRandom(1, 2, 3, 4);
        ulong[] drawn = [.. Enumerable.Range(0, 5).Select(_ => random.NextUInt64())];
        Assert.Equal([11520UL, 0, 1509978240, 1215971899390074240, 1216172134540287360], drawn);
    }

    [Fact]
    public void Seeds_are_spread_as_splitmix64_publishes_it()
    {
        ulong state = 1234567;
        ulong[] drawn = [.. Enumerable.Range(0, 3).Select(_ => SeededRandom.SplitMix(ref state))];
        Assert.Equal([6457827717110365317UL, 3203168211198807973, 9817491932198370423], drawn);
    }

    [Fact]
    public void Purposes_are_hashed_with_fnv_1a_over_utf8()
    {
        Assert.Equal(0xCBF2_9CE4_8422_2325, SeededRandom.Fnv1a(""));
        Assert.Equal(0xAF63_DC4C_8601_EC8C, SeededRandom.Fnv1a("a"));
        Assert.Equal(0x8594_4171_F739_67E8, SeededRandom.Fnv1a("foobar"));
    }

    [Fact]
    public void A_derived_stream_depends_on_seed_and_purpose_only()
    {
        var used = new SeededRandom(5);
        used.NextUInt64();
        ulong first = new SeededRandom(5).Derive("link 3→1").NextUInt64();
        Assert.Equal(first, used.Derive("link 3→1").NextUInt64());
        Assert.NotEqual(first, used.Derive("link 3→2").NextUInt64());
        Assert.NotEqual(first, new SeededRandom(6).Derive("link 3→1").NextUInt64());
        Assert.NotEqual(new SeededRandom(5).NextUInt64(), first);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Numbers_below_a_limit_are_uniform(int limit)
    {
        const int perValue = 1000;
        var random = new SeededRandom(99);
        var counts = new int[limit];
        for (int i = 0; i < perValue * limit; i++)
        {
            counts[random.Next(limit)]++;
        }

        double chiSquare = counts.Sum(c => (double)(c - perValue) * (c - perValue) / perValue);
        Assert.InRange(chiSquare, 0, limit + 6 * Math.Sqrt(2.0 * limit));
    }

    [Fact]
    public void Numbers_below_a_limit_that_does_not_divide_the_range_are_not_biased()
    {
        // Reducing 32 bits modulo 3 * 2^30 would make the lowest third twice as likely.
        const int limit = 3 << 29;
        var random = new SeededRandom(3);
        int low = Enumerable.Range(0, 30_000).Count(_ => random.Next(limit) < limit / 3);
        Assert.InRange(low, 9_500, 10_500);
        int lowLong = Enumerable.Range(0, 30_000).Count(_ => random.NextLong(3L << 61) < 1L << 61);
        Assert.InRange(lowLong, 9_500, 10_500);
    }

    [Fact]
    public void A_chance_is_met_as_often_as_its_ratio_says()
    {
        var random = new SeededRandom(8);
        int met = Enumerable.Range(0, 100_000).Count(_ => random.Chance(3, 100));
        Assert.InRange(met, 2_700, 3_300);
        Assert.False(random.Chance(0, 5));
        Assert.True(random.Chance(5, 5));
    }

    [Fact]
    public void Impossible_limits_and_ratios_are_refused()
    {
        var random = new SeededRandom(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextLong(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Chance(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Chance(-1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Chance(3, 2));
    }
}
