using VIommuActors.Exploration.Strategies;
using VIommuActors.PeerModel;
using Xunit.Abstractions;

namespace VIommuActors.Exploration.Tests;

/// <summary>Uniform walks hit each defect as often as an independent implementation of the model does.</summary>
public sealed class RandomTests(ITestOutputHelper output)
{
    private const double Z99 = 2.576;
    private const double ReferenceWalks = 1e6;

    public static TheoryData<PeerOptions, double, double, long> Common => new()
    {
        { new PeerOptions(PeerProtocol.Translate), 0.0704, 0.000_05, 100_000 },
        { new PeerOptions(PeerProtocol.Memcpy, Defect: PeerDefect.B1), 0.0330, 0.000_05, 100_000 },
        { new PeerOptions(PeerProtocol.Drain, Defect: PeerDefect.D1), 0.0202, 0.000_05, 100_000 },
        { new PeerOptions(PeerProtocol.Ats, Defect: PeerDefect.C1), 0.0127, 0.000_05, 100_000 },
        { new PeerOptions(PeerProtocol.Drain, Doorbells: 2, Defect: PeerDefect.D4), 1.7e-3, 0.5e-4, 200_000 },
    };

    public static TheoryData<PeerOptions, double, double, long> Rare => new()
    {
        { new PeerOptions(PeerProtocol.Drain, Guests: 2, Defect: PeerDefect.D5), 3.1e-4, 0.5e-5, 500_000 },
        { new PeerOptions(PeerProtocol.Drain, Rounds: 2, Defect: PeerDefect.D3), 6.5e-5, 0.5e-6, 2_000_000 },
        { new PeerOptions(PeerProtocol.Drain, Devices: 2, Defect: PeerDefect.D2), 4.3e-5, 0.5e-6, 2_000_000 },
    };

    [Theory]
    [MemberData(nameof(Common))]
    public void A_uniform_walk_hits_a_common_defect_with_its_probability(
        PeerOptions options, double expected, double rounding, long walks) =>
        CheckProbability(options, expected, rounding, walks);

    [Theory]
    [Trait("Category", "explore")]
    [MemberData(nameof(Rare))]
    public void A_uniform_walk_hits_a_rare_defect_with_its_probability(PeerOptions options, double expected, double rounding, long walks) =>
        CheckProbability(options, expected, rounding, walks);

    /// <summary>The reference is itself an estimate from a million walks and rounded; both are allowed for.</summary>
    private void CheckProbability(PeerOptions options, double expected, double rounding, long walks)
    {
        using var fixture = new PeerFixture(options);
        var result = fixture.Explorer.Explore(
            fixture.World, PeerFixture.Options(new RandomStrategy(seed: 1), walks) with { CountDistinct = false }, CancellationToken.None);
        double found = (double)result.Violations / walks;
        double margin = (Z99 * Math.Sqrt(expected * (1 - expected) * ((1 / (double)walks) + (1 / ReferenceWalks)))) + rounding;
        output.WriteLine($"{options}: {found:G4}, expected {expected} ± {margin:G2}, longest {result.LongestSchedule}");
        Assert.InRange(found, expected - margin, expected + margin);
        Assert.Equal(walks, result.Schedules);
    }
}
