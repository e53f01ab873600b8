using System.Text.Json.Nodes;
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
    [InlineData("crowd", PeerProtocol.Translate, 100)]
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
    [InlineData("crowd")]
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

    /// <summary>What a reduction learns of shared objects in the middle of a schedule may change what it has to do again.</summary>
    [Theory]
    [InlineData((int)Features.SharedSeldom)]
    [InlineData((int)(Features.SharedSeldom | Features.Faults | Features.Waits))]
    [InlineData((int)(Features.Shared | Features.Crashes))]
    public void A_reduction_that_is_given_up_at_any_touch_changes_no_number(int features)
    {
        using var sim = SimSystem.Create("programs");
        var explorer = new Explorer(sim.Kernel);
        int resumed = 0;
        for (ulong seed = 1; seed <= 100; seed++)
        {
            var program = new RandomProgram(sim, seed, (Features)features, fuel: 1 + (int)(seed % 3));
            var whole = Search(null, CancellationToken.None);
            for (int last = 1; last <= 8; last++)
            {
                using var source = new CancellationTokenSource();
                int touches = 0;
                program.Touching = () =>
                {
                    if (++touches == last)
                    {
                        source.Cancel();
                        sim.Kernel.Stop();
                    }
                };
                var part = Search(null, source.Token);
                program.Touching = null;
                if (part.End != ExploreEnd.Cancelled)
                {
                    break; // there are no more
                }

                AssertSame(whole, Search(ExploreCheckpoint.Parse(part.Checkpoint!.ToJson()), CancellationToken.None));
                resumed++;
            }

            program.Stop(sim);

            ExploreResult Search(ExploreCheckpoint? saved, CancellationToken cancel) =>
                explorer.Explore(program, PeerFixture.Options(new DporStrategy(), 60) with { Resume = saved }, cancel);
        }

        Assert.True(resumed > 100, $"only {resumed} searches were interrupted");
    }

    [Theory]
    [InlineData("schedules", "-5")]
    [InlineData("schedules", "9223372036854775807")]
    [InlineData("schedules", "\"x\"")]
    [InlineData("schedules", null)]
    [InlineData("longest", "99999999")]
    [InlineData("violations", "{\"stale\":0}")]
    [InlineData("violations", "null")]
    [InlineData("first", "{}")]
    [InlineData("traces", "\"AAAA\"")]
    [InlineData("traces", "\"AAA\"")]
    [InlineData("state", "null")]
    [InlineData("state", "{}")]
    [InlineData("state", "[]")]
    [InlineData("strategy", "\"random\"")]
    public void A_damaged_checkpoint_is_refused_before_anything_runs(string field, string? value)
    {
        foreach (string strategy in new[] { "random", "pct:3", "pos", "crowd", "novel", "dfs", "dpor" })
        {
            if (strategy != "random" || field != "strategy")
            {
                Assert.NotNull(Refused(strategy, json => Set(json, field, value)));
            }
        }
    }

    [Theory]
    [InlineData("novel", "states", "\"AAAA\"")]
    [InlineData("novel", "edges", "\"AAAA//8AAAA=\"")]
    [InlineData("novel", "edges", "\"////f////38=\"")]
    [InlineData("pct:3", "mostChoices", "0")]
    [InlineData("pct:3", "seed", "8")]
    [InlineData("dfs", "chosen", "[]")]
    [InlineData("dfs", "count", "[1,1,1]")]
    [InlineData("dfs", "exhausted", "true")]
    [InlineData("dpor", "exhausted", "true")]
    [InlineData("dpor", "path", "[{}]")]
    [InlineData("dpor", "path", "[null]")]
    [InlineData("dpor", "unknown", "[0,0,0]")]
    [InlineData("dpor", "unknown", "[-1,0,0,true]")]
    [InlineData("dpor", "unknown", "[0,0,63,true]")]
    public void A_strategys_damaged_memory_is_refused_before_anything_runs(string strategy, string field, string value) =>
        Assert.NotNull(Refused(strategy, json => Set((JsonObject)json["state"]!, field, value)));

    [Theory]
    [InlineData("random")]
    [InlineData("pct:3")]
    [InlineData("pos")]
    [InlineData("crowd")]
    [InlineData("novel")]
    [InlineData("dfs")]
    [InlineData("dpor")]
    public void A_whole_checkpoint_is_not_refused(string strategy) => Assert.Null(Refused(strategy, _ => { }));

    /// <summary>A plan in it is nested as deeply as the plan is long.</summary>
    [Fact]
    public void A_reduction_of_long_schedules_can_be_resumed()
    {
        using var fixture = new PeerFixture(new PeerOptions(PeerProtocol.Drain, Rounds: 12));
        var (whole, part) = (fixture.Explore(new DporStrategy(), 80), fixture.Explore(new DporStrategy(), 40));
        var saved = ExploreCheckpoint.Parse(part.Checkpoint!.ToJson());
        AssertSame(whole, fixture.Explorer.Explore(
            fixture.World, PeerFixture.Options(new DporStrategy(), 80) with { Resume = saved }, CancellationToken.None));
    }

    private static string? Refused(string strategy, Action<JsonObject> damage)
    {
        using var fixture = new PeerFixture(new PeerOptions(PeerProtocol.Translate, Rounds: 2));
        var json = JsonNode.Parse(fixture.Explore(Strategy.Parse(strategy, 7), maxSchedules: 30).Checkpoint!.ToJson())!.AsObject();
        damage(json);
        var checkpoint = ExploreCheckpoint.Parse(json.ToJsonString());
        return Record.Exception(() => checkpoint.Check(Strategy.Parse(strategy, 7))) switch
        {
            null => null,
            var refused => Assert.IsType<ArgumentException>(refused).Message,
        };
    }

    private static void Set(JsonObject json, string field, string? value)
    {
        json.Remove(field);
        if (value is not null)
        {
            json[field] = JsonNode.Parse(value);
        }
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
