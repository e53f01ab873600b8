using VIommuActors.Exploration.Strategies;
using VIommuActors.PeerModel;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Tests;

/// <summary>What a search reports about a violation is enough to see it again.</summary>
public sealed class ViolationTests
{
    private static readonly ExploreOptions Bounds = PeerFixture.Options(new DfsStrategy());

    [Theory]
    [InlineData("random", PeerDefect.D4)]
    [InlineData("pct:3", PeerDefect.D4)]
    [InlineData("pos", PeerDefect.D2)]
    [InlineData("novel", PeerDefect.D3)]
    [InlineData("dpor", PeerDefect.D4)]
    [InlineData("random", PeerDefect.D1)]
    [InlineData("dfs", PeerDefect.D1)]
    [InlineData("dpor", PeerDefect.D3)]
    [InlineData("dpor", PeerDefect.D2)]
    public void A_found_violation_replays_bit_for_bit(string strategy, PeerDefect defect)
    {
        using var fixture = new PeerFixture(DrainWith(defect));
        var result = fixture.Explore(Strategy.Parse(strategy, seed: 5), stop: true);
        Assert.Equal(ExploreEnd.Violation, result.End);
        var found = result.FirstViolation!;
        Assert.Equal((PeerWorld.StaleAccess, result.Schedules), (found.Property, found.Schedule));

        var first = Replay(fixture, found.Choices, out var replayed);
        Assert.Equal(
            (true, found.Property, found.Steps, found.Trace),
            (replayed.Followed, replayed.Property, replayed.Steps, replayed.Trace));
        Assert.Equal(RunEnd.Quiescent, replayed.End);
        using var other = new PeerFixture(DrainWith(defect));
        Assert.Equal(first, Replay(other, found.Choices, out _));
        Assert.Equal(found.Steps, first.Count);
    }

    [Fact]
    public void The_seed_of_a_violation_makes_its_schedule_the_first_one()
    {
        using var fixture = new PeerFixture(DrainWith(PeerDefect.D4));
        var found = fixture.Explore(new RandomStrategy(seed: 11), stop: true).FirstViolation!;
        Assert.True(found.Schedule > 1);
        var again = fixture.Explore(new RandomStrategy(found.Seed), maxSchedules: 1, stop: true).FirstViolation!;
        Assert.Equal(found.Choices, again.Choices);
        Assert.Equal((1, found.Seed, found.Trace), (again.Schedule, again.Seed, again.Trace));
    }

    [Fact]
    public void A_replay_says_when_the_program_is_not_the_recorded_one()
    {
        using var broken = new PeerFixture(DrainWith(PeerDefect.D1));
        var found = broken.Explore(new DfsStrategy(), stop: true).FirstViolation!;
        using var repaired = new PeerFixture(new PeerOptions(PeerProtocol.Drain));
        Replay(repaired, found.Choices, out var replayed);
        Assert.False(replayed.Followed && replayed.Trace == found.Trace);
        Assert.Null(replayed.Property);
    }

    [Fact]
    public void A_prefix_limits_every_strategy_to_what_can_follow_it()
    {
        using var fixture = new PeerFixture(new PeerOptions(PeerProtocol.Translate));
        int[] prefix = [1, 0];
        var dfs = Explore(new DfsStrategy());
        var dpor = Explore(new DporStrategy());
        var random = Explore(new RandomStrategy(1));
        Assert.True(dfs.Complete && dpor.Complete && !random.Complete);
        Assert.InRange(dfs.Schedules, 2, 1_365);
        Assert.Equal((dfs.DistinctTraces, dfs.DistinctTraces), (dpor.Schedules, dpor.DistinctTraces));
        Assert.Equal(dfs.DistinctTraces, random.DistinctTraces);
        Assert.Contains("2 choices", Assert.Single(dfs.NotExplored), StringComparison.Ordinal);

        ExploreResult Explore(IStrategy strategy) => fixture.Explorer.Explore(
            fixture.World, PeerFixture.Options(strategy, 5_000) with { Prefix = prefix }, CancellationToken.None);
    }

    [Fact]
    public void A_search_that_cut_schedules_is_not_complete()
    {
        using var fixture = new PeerFixture(new PeerOptions(PeerProtocol.Translate));
        var result = fixture.Explorer.Explore(
            fixture.World, PeerFixture.Options(new DfsStrategy()) with { MaxSteps = 13 }, CancellationToken.None);
        Assert.Equal((ExploreEnd.Exhausted, false), (result.End, result.Complete));
        Assert.Contains("13 steps", Assert.Single(result.NotExplored), StringComparison.Ordinal);
    }

    [Fact]
    public void Pct_finds_a_rare_defect_in_fewer_schedules_than_random_walks_need()
    {
        var options = new PeerOptions(PeerProtocol.Drain, Devices: 2, Defect: PeerDefect.D2);
        using var fixture = new PeerFixture(options);
        var pct = fixture.Explorer.Explore(
            fixture.World, PeerFixture.Options(new PctStrategy(6, seed: 1), 10_000), CancellationToken.None);
        Assert.True(pct.Violations > 10_000 * 4.3e-5 * 5, $"{pct.Violations} violations");
    }

    [Theory]
    [InlineData("pct:0")]
    [InlineData("pct:65")]
    [InlineData("pct:")]
    [InlineData("pct:+3")]
    [InlineData("DFS")]
    [InlineData("")]
    public void An_unknown_strategy_is_refused_with_what_is_accepted(string text) =>
        Assert.Contains("pct:D", Assert.Throws<FormatException>(() => Strategy.Parse(text)).Message, StringComparison.Ordinal);

    private static PeerOptions DrainWith(PeerDefect defect) => new(
        PeerProtocol.Drain,
        Devices: defect == PeerDefect.D2 ? 2 : 1,
        Rounds: defect == PeerDefect.D3 ? 2 : 1,
        Doorbells: defect == PeerDefect.D4 ? 2 : 1,
        Defect: defect);

    private static List<string> Replay(PeerFixture fixture, IReadOnlyList<int> choices, out ReplayResult result)
    {
        var lines = new Lines();
        result = fixture.Explorer.Replay(fixture.World, choices, lines, Bounds, CancellationToken.None);
        return lines.Text;
    }

    private sealed class Lines : IStepObserver
    {
        public List<string> Text { get; } = [];

        public void Delivering(in Step step) => Text.Add(
            $"{step.Number} {step.TimeNs} {step.Receiver.Path.Name}<-{step.Sender.Path.Name} "
            + $"{step.Message} {step.Cause} {step.Lane.Fault}");
    }
}
