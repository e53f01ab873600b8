using VIommuActors.Exploration.Shrinking;
using VIommuActors.Exploration.Strategies;
using VIommuActors.PeerModel;

namespace VIommuActors.Exploration.Tests;

/// <summary>Shrinking against the shortest executions that an independent checker knows.</summary>
public sealed class ShrinkerTests
{
    private const int Seeds = 10;

    /// <summary>The shortest stale execution of each defect, in steps.</summary>
    public static TheoryData<PeerOptions, string, int> Shortest => new()
    {
        { new PeerOptions(PeerProtocol.Translate), "random", 13 },
        { new PeerOptions(PeerProtocol.Memcpy, Defect: PeerDefect.B1), "random", 12 },
        { new PeerOptions(PeerProtocol.Drain, Defect: PeerDefect.D1), "random", 15 },
        { new PeerOptions(PeerProtocol.Ats, Defect: PeerDefect.C1), "random", 15 },
        { new PeerOptions(PeerProtocol.Drain, Doorbells: 2, Defect: PeerDefect.D4), "pos", 20 },
        { new PeerOptions(PeerProtocol.Drain, Guests: 2, Defect: PeerDefect.D5), "pos", 22 },
        { new PeerOptions(PeerProtocol.Drain, Rounds: 2, Defect: PeerDefect.D3), "novel", 26 },
        { new PeerOptions(PeerProtocol.Drain, Devices: 2, Defect: PeerDefect.D2), "pos", 25 },
    };

    [Theory, MemberData(nameof(Shortest))]
    public void A_shrunk_schedule_is_at_most_half_as_long_again_as_the_shortest(PeerOptions options, string strategy, int shortest)
    {
        using var fixture = new PeerFixture(options with { StopsAtStale = true });
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var found = fixture.Explore(Strategy.Parse(strategy, seed * 1_000_003), maxSchedules: 20_000, stop: true).FirstViolation!;
            var shrunk = new Shrinker(fixture.Explorer).Shrink(fixture.World, found.Choices, Bounds, CancellationToken.None)!;
            Assert.Equal(PeerWorld.StaleAccess, shrunk.Property);
            Assert.InRange(shrunk.Steps, shortest, shortest + (shortest / 2));
            var replayed = fixture.Explorer.Replay(fixture.World, shrunk.Choices, null, Bounds, CancellationToken.None);
            Assert.Equal((true, PeerWorld.StaleAccess, shrunk.Steps), (replayed.Followed, replayed.Property, replayed.Steps));
        }
    }

    [Fact]
    public void Faults_that_a_violation_does_not_need_go_first()
    {
        var options = new PeerOptions(PeerProtocol.Drain, Defect: PeerDefect.D1) { DropsPerLink = 1, DuplicatesPerLink = 1, StopsAtStale = true };
        using var fixture = new PeerFixture(options);
        var faults = 0;
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var found = fixture.Explore(new RandomStrategy(seed * 1_000_003), maxSchedules: 20_000, stop: true).FirstViolation!;
            var counter = new FaultCounter();
            fixture.Explorer.Replay(fixture.World, found.Choices, counter, Bounds, CancellationToken.None);
            faults += counter.Faults;
            Assert.Equal(0, new Shrinker(fixture.Explorer).Shrink(fixture.World, found.Choices, Bounds, CancellationToken.None)!.Faults);
        }
        Assert.True(faults > 0, "none of the schedules had a fault to begin with");
    }

    [Fact]
    public void Choices_that_break_nothing_have_nothing_to_shrink()
    {
        using var fixture = new PeerFixture(new PeerOptions(PeerProtocol.Memcpy));
        Assert.Null(new Shrinker(fixture.Explorer).Shrink(fixture.World, [], Bounds, CancellationToken.None));
    }

    [Fact]
    public void An_interrupted_shrinking_returns_what_it_has()
    {
        using var fixture = new PeerFixture(new PeerOptions(PeerProtocol.Translate) { StopsAtStale = true });
        var found = fixture.Explore(new RandomStrategy(1), maxSchedules: 10_000, stop: true).FirstViolation!;
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var shrunk = new Shrinker(fixture.Explorer).Shrink(fixture.World, found.Choices, Bounds, cancelled.Token)!;
        Assert.True(shrunk.Steps <= found.Steps);
        Assert.Equal(PeerWorld.StaleAccess, shrunk.Property);
    }

    private static ExploreOptions Bounds => PeerFixture.Options(new RandomStrategy(0));

    private sealed class FaultCounter : Simulation.IStepObserver
    {
        public int Faults { get; private set; }

        public void Delivering(in Simulation.Step step) => Faults += step.Lane.Fault == Simulation.LaneFault.None ? 0 : 1;
    }
}
