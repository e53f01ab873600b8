using VIommuActors.Exploration.Strategies;
using VIommuActors.PeerModel;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Tests;

/// <summary>A search with workers is the search of one worker, only sooner done.</summary>
public sealed class ParallelTests
{
    private static readonly PeerOptions Broken = new(PeerProtocol.Drain, Doorbells: 2, Defect: PeerDefect.D4);

    [Theory]
    [InlineData("random", PeerProtocol.Translate, 2)]
    [InlineData("random", PeerProtocol.Ats, 3)]
    [InlineData("pos", PeerProtocol.Memcpy, 2)]
    [InlineData("pos", PeerProtocol.Drain, 5)]
    [InlineData("crowd", PeerProtocol.Drain, 3)]
    public void Workers_count_what_one_worker_counts(string strategy, PeerProtocol protocol, int workers)
    {
        var options = new PeerOptions(protocol, Rounds: 2);
        var alone = Search(options, strategy, workers: 1, most: 3_000);
        var together = Search(options, strategy, workers, most: 3_000);
        Assert.Equal((3_000, ExploreEnd.Budget), (together.Schedules, together.End));
        AssertSame(alone, together);
    }

    [Theory]
    [InlineData("random", PeerDefect.D4, 2)]
    [InlineData("random", PeerDefect.D4, 4)]
    [InlineData("pos", PeerDefect.D4, 3)]
    [InlineData("pos", PeerDefect.D2, 2)]
    [InlineData("crowd", PeerDefect.D4, 2)]
    public void Workers_end_at_the_first_violation_that_one_worker_finds(string strategy, PeerDefect defect, int workers)
    {
        var options = defect == PeerDefect.D4 ? Broken : new PeerOptions(PeerProtocol.Drain, Devices: 2, Defect: defect);
        for (ulong seed = 1; seed <= 8; seed++)
        {
            var alone = Search(options, strategy, workers: 1, most: 10_000, seed, stop: true);
            var together = Search(options, strategy, workers, most: 10_000, seed, stop: true);
            AssertSame(alone, together);
            Assert.Equal(together.FirstViolation?.Schedule ?? 10_000, together.Schedules);
        }
    }

    [Theory]
    [InlineData("random")]
    [InlineData("pos")]
    [InlineData("crowd")]
    public void An_interrupted_search_goes_on_with_any_number_of_workers(string strategy)
    {
        var whole = Search(Broken, strategy, workers: 1, most: 4_000);
        ExploreCheckpoint? saved = null;
        ExploreResult part;
        int workers = 1;
        do
        {
            using var source = new CancellationTokenSource();
            long stopAt = (saved is null ? 0 : workers * 317L) + 451;
            var bounds = Options(strategy, 4_000) with
            {
                Resume = saved is null ? null : ExploreCheckpoint.Parse(saved.ToJson()),
                Continue = done =>
                {
                    if (done.Schedules >= stopAt)
                    {
                        source.Cancel();
                    }

                    return true;
                },
            };
            part = ParallelExplorer.Explore(_ => Peer(Broken), workers++, bounds, source.Token);
            saved = part.Checkpoint;
        }
        while (part.End == ExploreEnd.Cancelled);

        Assert.True(workers > 4);
        AssertSame(whole, part);
    }

    [Fact]
    public void The_budget_ends_the_search_at_the_same_schedule()
    {
        foreach (int workers in (int[])[1, 2, 3])
        {
            var asked = new List<long>();
            var bounds = Options("random", most: 5_000) with
            {
                Continue = done =>
                {
                    asked.Add(done.Schedules);
                    return done.Schedules < 777;
                },
            };
            var result = ParallelExplorer.Explore(_ => Peer(Broken), workers, bounds, CancellationToken.None);
            Assert.Equal((777, ExploreEnd.Budget), (result.Schedules, result.End));
            Assert.Equal(Enumerable.Range(0, 778).Select(n => (long)n), asked);
        }
    }

    [Fact]
    public void A_prefix_and_bounds_hold_for_every_worker()
    {
        var bounds = Options("pos", most: 800) with { Prefix = [1, 0], MaxSteps = 15, CountDistinct = false };
        var options = new PeerOptions(PeerProtocol.Translate);
        var alone = ParallelExplorer.Explore(_ => Peer(options), 1, bounds, CancellationToken.None);
        var together = ParallelExplorer.Explore(
            _ => Peer(options), 2, bounds with { Strategy = Strategy.Parse("pos", seed: 7) }, CancellationToken.None);
        AssertSame(alone, together);
        Assert.Equal(0, together.DistinctTraces);
        Assert.Equal(alone.NotExplored, together.NotExplored);
    }

    [Theory]
    [InlineData("dfs")]
    [InlineData("dpor")]
    [InlineData("novel")]
    [InlineData("pct:3")]
    public void A_strategy_that_learns_from_schedule_to_schedule_has_one_worker(string strategy)
    {
        int made = 0;
        var error = Assert.Throws<ArgumentException>(() => ParallelExplorer.Explore(
            _ =>
            {
                Interlocked.Increment(ref made);
                return Peer(Broken);
            },
            2, Options(strategy, 10), CancellationToken.None));
        Assert.Contains($"{strategy} has one worker", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, made);
        Assert.Equal(10, Search(Broken, strategy, workers: 1, most: 10).Schedules);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public void A_number_of_workers_out_of_range_is_refused(int workers) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Search(Broken, "random", workers, most: 10));

    [Fact]
    public void What_a_schedule_throws_reaches_the_caller_unless_the_search_ends_before_it()
    {
        var first = Search(Broken, "random", workers: 1, most: 100_000, stop: true).FirstViolation!;
        Assert.True(first.Schedule > 50);
        foreach (int workers in (int[])[1, 2, 4])
        {
            var error = Assert.Throws<InvalidOperationException>(() => Throwing(workers, most: 100_000));
            Assert.Equal($"stale after {first.Steps} steps", error.Message);
            Assert.Equal(first.Schedule - 1, Throwing(workers, most: first.Schedule - 1).Schedules);
        }

        static ExploreResult Throwing(int workers, long most) => ParallelExplorer.Explore(
            _ =>
            {
                var place = Peer(Broken);
                return place with { World = new Thrower(place.World, place.Kernel) };
            },
            workers, Options("random", most), CancellationToken.None);
    }

    [Fact]
    public void A_world_that_cannot_be_made_ends_the_search()
    {
        var error = Assert.Throws<FormatException>(() => ParallelExplorer.Explore(
            worker => worker == 1 ? throw new FormatException("no such world") : Peer(Broken),
            2, Options("random", long.MaxValue), CancellationToken.None));
        Assert.Equal("no such world", error.Message);
    }

    [Fact]
    public void Every_world_is_made_and_disposed_on_the_thread_of_its_worker()
    {
        var threads = new (int Made, int Disposed)[3];
        ParallelExplorer.Explore(
            worker =>
            {
                threads[worker].Made = Environment.CurrentManagedThreadId;
                var place = Peer(Broken);
                return place with { Owner = new Last(place.Owner!, () => threads[worker].Disposed = Environment.CurrentManagedThreadId) };
            },
            3, Options("random", 500), CancellationToken.None);
        Assert.All(threads, thread => Assert.Equal(thread.Made, thread.Disposed));
        Assert.Equal(3, threads.Select(thread => thread.Made).Distinct().Count());
        Assert.DoesNotContain(0, threads.Select(thread => thread.Made));
    }

    private static ExploreResult Search(
        PeerOptions options, string strategy, int workers, long most, ulong seed = 7, bool stop = false) =>
        ParallelExplorer.Explore(
            _ => Peer(options), workers, Options(strategy, most, seed) with { StopAtViolation = stop }, CancellationToken.None);

    private static ExploreOptions Options(string strategy, long most, ulong seed = 7) =>
        PeerFixture.Options(Strategy.Parse(strategy, seed), most);

    private static WorkerWorld Peer(PeerOptions options)
    {
        var sim = SimSystem.Create("peer");
        return new WorkerWorld(sim.Kernel, new PeerWorld(sim, options), sim);
    }

    private static void AssertSame(ExploreResult one, ExploreResult other)
    {
        Assert.Equal(
            (one.Schedules, one.Steps, one.DistinctTraces, one.Violations, one.Redundant, one.LongestSchedule),
            (other.Schedules, other.Steps, other.DistinctTraces, other.Violations, other.Redundant, other.LongestSchedule));
        Assert.Equal((one.Strategy, one.End, one.Complete), (other.Strategy, other.End, other.Complete));
        Assert.Equal(one.Checkpoint?.ToJson(), other.Checkpoint?.ToJson());
        Assert.Equal(
            (one.FirstViolation?.Schedule, one.FirstViolation?.Seed, one.FirstViolation?.Trace),
            (other.FirstViolation?.Schedule, other.FirstViolation?.Seed, other.FirstViolation?.Trace));
        Assert.Equal(one.FirstViolation?.Choices ?? [], other.FirstViolation?.Choices ?? []);
    }

    /// <summary>Throws where others report a violation.</summary>
    private sealed class Thrower(IWorld world, SimKernel kernel) : IWorld
    {
        public void Begin(SimKernel kernel) => world.Begin(kernel);

        public string? Check() =>
            world.Check() is null ? null : throw new InvalidOperationException($"stale after {kernel.Steps} steps");
    }

    private sealed class Last(IDisposable inner, Action after) : IDisposable
    {
        public void Dispose()
        {
            inner.Dispose();
            after();
        }
    }
}
