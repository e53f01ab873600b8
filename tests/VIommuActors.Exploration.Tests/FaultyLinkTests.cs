using Akka.Actor;
using VIommuActors.Exploration.Strategies;
using VIommuActors.PeerModel;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Tests;

/// <summary>Loss and doubling of protocol messages.</summary>
public sealed class FaultyLinkTests
{
    [Theory]
    [InlineData(PeerProtocol.Drain, 1, 0)]
    [InlineData(PeerProtocol.Drain, 0, 1)]
    [InlineData(PeerProtocol.Ats, 1, 1)]
    public void One_loss_and_one_doubling_a_link_make_no_stale_access(PeerProtocol protocol, int drops, int duplicates)
    {
        var options = new PeerOptions(protocol) { DropsPerLink = drops, DuplicatesPerLink = duplicates };
        var result = PeerFixture.Explore(options, "dpor", maxSchedules: 100_000);
        Assert.True(result.Complete, string.Join(' ', result.NotExplored));
        Assert.Equal(0, result.Violations);
        Assert.Equal(result.DistinctTraces, result.Schedules);
        var faultless = PeerFixture.Explore(new PeerOptions(protocol), "dpor");
        Assert.True(result.Schedules > faultless.Schedules);
    }

    [Fact]
    public void The_reduction_finds_the_executions_of_the_full_search_with_faults()
    {
        var options = new PeerOptions(PeerProtocol.Ats) { DropsPerLink = 1 };
        var full = PeerFixture.Explore(options, "dfs", maxSchedules: 400_000);
        var reduced = PeerFixture.Explore(options, "dpor");
        Assert.True(full.Complete && reduced.Complete);
        Assert.Equal((full.DistinctTraces, full.DistinctTraces), (reduced.DistinctTraces, reduced.Schedules));
    }

    [Fact]
    public void Each_fate_of_a_message_is_an_execution_of_its_own()
    {
        using var sim = SimSystem.Create("fates");
        var one = sim.System.ActorOf(Props.Create(() => new Idle()), "one");
        var world = new OneLane(one, new LaneFaults((_, _, _) => true)
        {
            DropsPerLane = 1, DuplicatesPerLane = 1, ReordersPerLane = 1, DelaysPerLane = 1, CrashesPerReceiver = 1,
            CrashWith = _ => "crash", Total = 1,
        });
        foreach (var strategy in new IStrategy[] { new DfsStrategy(), new DporStrategy() })
        {
            var result = new Explorer(sim.Kernel).Explore(world, PeerFixture.Options(strategy), CancellationToken.None);
            Assert.True(result.Complete, string.Join(' ', result.NotExplored));
            Assert.Equal(6, result.DistinctTraces);
        }
    }

    /// <summary>What was set aside competes with what comes after it in its lane.</summary>
    [Theory]
    [InlineData("pos")]
    [InlineData("crowd")]
    [InlineData("novel")]
    [InlineData("random")]
    public void Sampling_reaches_every_order_of_a_lane_in_which_messages_may_be_set_aside(string strategy)
    {
        using var sim = SimSystem.Create("aside");
        var one = sim.System.ActorOf(Props.Create(() => new Idle()), "one");
        var world = new OneLane(one, new LaneFaults((_, _, _) => true) { ReordersPerLane = 1 }, messages: 3);
        var explorer = new Explorer(sim.Kernel);
        var full = explorer.Explore(world, PeerFixture.Options(new DfsStrategy()), CancellationToken.None);
        Assert.True(full.Complete && full.DistinctTraces > 5, $"{full.DistinctTraces}");
        var sampled = explorer.Explore(world, PeerFixture.Options(Strategy.Parse(strategy, 1), 2_000), CancellationToken.None);
        Assert.Equal(full.DistinctTraces, sampled.DistinctTraces);
    }

    [Fact]
    public void A_search_that_goes_on_from_a_checkpoint_remembers_what_was_set_aside()
    {
        using var sim = SimSystem.Create("programs");
        const Features features = Features.Reorders | Features.Crashes;
        var program = new RandomProgram(sim, 2, features);
        var explorer = new Explorer(sim.Kernel);
        var whole = explorer.Explore(program, PeerFixture.Options(new DporStrategy()), CancellationToken.None);
        Assert.True(whole.Complete && whole.Schedules > 20, $"{whole.Schedules}");
        for (long cut = 1; cut < whole.Schedules; cut += 3)
        {
            var first = explorer.Explore(program, PeerFixture.Options(new DporStrategy(), cut), CancellationToken.None);
            var saved = ExploreCheckpoint.Parse(first.Checkpoint!.ToJson());
            var rest = explorer.Explore(
                program, PeerFixture.Options(new DporStrategy()) with { Resume = saved }, CancellationToken.None);
            Assert.Equal(
                (whole.Schedules, whole.DistinctTraces, whole.Redundant), (rest.Schedules, rest.DistinctTraces, rest.Redundant));
        }
    }

    [Fact]
    public void Without_the_epoch_check_one_doubled_completion_is_enough()
    {
        var options = new PeerOptions(PeerProtocol.Drain, Rounds: 2, Defect: PeerDefect.D3);
        using var fixture = new PeerFixture(options);
        var found = fixture.Explore(new DporStrategy(), maxSchedules: 200_000, stop: true).FirstViolation;
        Assert.Equal(PeerWorld.StaleAccess, found?.Property);
        Assert.InRange(found!.Steps, 26, 41);
    }

    private sealed class OneLane(IActorRef target, LaneFaults faults, int messages = 1) : IWorld
    {
        public LaneFaults? Faults => faults;

        public void Begin(SimKernel kernel)
        {
            kernel.Register(target);
            for (int i = 0; i < messages; i++)
            {
                target.Tell("work", target);
            }
        }

        public string? Check() => null;
    }

    public sealed class Idle : ReceiveActor
    {
        public Idle() => Receive<string>(_ => { });
    }
}
