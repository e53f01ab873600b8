using VIommuActors.Exploration.Strategies;
using VIommuActors.PeerModel;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Tests;

/// <summary>A search that is interrupted and goes on counts what an uninterrupted one counts.</summary>
public sealed class ResumeTests
{
    [Theory]
    [InlineData("dfs", PeerProtocol.Translate, 100)]
    [InlineData("dpor", PeerProtocol.Translate, 60)]
    [InlineData("dpor", PeerProtocol.Drain, 700)]
    [InlineData("random", PeerProtocol.Translate, 100)]
    [InlineData("pct:3", PeerProtocol.Translate, 100)]
    [InlineData("pos", PeerProtocol.Translate, 100)]
    [InlineData("novel", PeerProtocol.Drain, 100)]
    public void Stopping_and_resuming_changes_no_number(string strategy, PeerProtocol protocol, long portion)
    {
        using var fixture = new PeerFixture(new PeerOptions(protocol, Rounds: strategy == "dpor" ? 2 : 1));
        const long Most = 1_500;
        var whole = fixture.Explore(Strategy.Parse(strategy, seed: 7), Most);

        ExploreCheckpoint? saved = null;
        ExploreResult part;
        int parts = 0;
        do
        {
            var options = PeerFixture.Options(Strategy.Parse(strategy, seed: 7), Math.Min(Most, ++parts * portion)) with
            {
                Resume = saved is null ? null : ExploreCheckpoint.Parse(saved.ToJson()),
            };
            part = fixture.Explorer.Explore(fixture.World, options, CancellationToken.None);
            saved = part.Checkpoint;
        }
        while (part.End != ExploreEnd.Exhausted && part.Schedules < Most);

        Assert.True(parts > 2);
        AssertSame(whole, part);
    }

    [Theory]
    [InlineData("dfs")]
    [InlineData("dpor")]
    [InlineData("random")]
    [InlineData("pct:3")]
    [InlineData("pos")]
    [InlineData("novel")]
    public void A_schedule_given_up_half_way_changes_no_number(string strategy)
    {
        using var sim = SimSystem.Create("peer");
        var peer = new PeerWorld(sim, new PeerOptions(PeerProtocol.Translate, Rounds: 2));
        var explorer = new Explorer(sim.Kernel);
        const long Most = 400;
        var whole = explorer.Explore(peer, PeerFixture.Options(Strategy.Parse(strategy, 3), Most), CancellationToken.None);

        // Every other interruption comes before the first step of a schedule, the others in the middle of one.
        ExploreCheckpoint? saved = null;
        ExploreResult part;
        int interruptions = 0;
        do
        {
            using var source = new CancellationTokenSource();
            var world = new Interrupting(peer, source, schedules: 37, step: interruptions % 2 * 5);
            var options = PeerFixture.Options(Strategy.Parse(strategy, 3), Most) with { Resume = saved };
            part = explorer.Explore(world, options, source.Token);
            saved = part.Checkpoint is null ? null : ExploreCheckpoint.Parse(part.Checkpoint.ToJson());
            interruptions++;
        }
        while (part.End == ExploreEnd.Cancelled);

        Assert.True(interruptions > 5);
        AssertSame(whole, part);
    }

    [Fact]
    public void A_checkpoint_of_another_search_is_refused()
    {
        using var fixture = new PeerFixture(new PeerOptions(PeerProtocol.Translate));
        var saved = fixture.Explore(new RandomStrategy(1), maxSchedules: 3).Checkpoint;
        Assert.Throws<ArgumentException>(() => Resume(new DfsStrategy()));
        Assert.Throws<ArgumentException>(() => Resume(new RandomStrategy(2)));
        Assert.Throws<FormatException>(() => ExploreCheckpoint.Parse("{}"));
        Assert.Throws<FormatException>(() => ExploreCheckpoint.Parse("not json"));

        void Resume(IStrategy strategy) => fixture.Explorer.Explore(
            fixture.World, PeerFixture.Options(strategy) with { Resume = saved }, CancellationToken.None);
    }

    private static void AssertSame(ExploreResult whole, ExploreResult part)
    {
        Assert.Equal(
            (whole.Schedules, whole.Steps, whole.DistinctTraces, whole.Violations, whole.Redundant, whole.LongestSchedule),
            (part.Schedules, part.Steps, part.DistinctTraces, part.Violations, part.Redundant, part.LongestSchedule));
        Assert.Equal((whole.End, whole.Complete), (part.End, part.Complete));
        Assert.Equal(whole.FirstViolation?.Schedule, part.FirstViolation?.Schedule);
        Assert.Equal(whole.FirstViolation?.Choices ?? [], part.FirstViolation?.Choices ?? []);
    }

    /// <summary>Cancels in the n-th schedule, and stops the run at a step so that the cancellation is noticed there.</summary>
    private sealed class Interrupting(PeerWorld peer, CancellationTokenSource source, int schedules, int step) : IWorld, IStepObserver
    {
        private SimKernel? _kernel;
        private int _begun;

        public IStepObserver? Observer => this;

        public void Begin(SimKernel kernel)
        {
            _kernel = kernel;
            _begun++;
            peer.Begin(kernel);
            if (_begun == schedules && step == 0)
            {
                source.Cancel();
            }
        }

        public string? Check() => peer.Check();

        public void Delivering(in Step delivered)
        {
            if (_begun == schedules && delivered.Number == step)
            {
                source.Cancel();
                _kernel!.Stop();
            }
        }
    }
}
