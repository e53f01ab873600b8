using System.Text;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Exploration;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Simulation;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Tests;

public sealed class ExploringTests
{
    private const string Smallest = "peer-1x1x1";

    private static ExploreResult Search(string protocol, string strategy, int faults = 0, long schedules = 10_000, bool all = false)
    {
        using var system = SimSystem.Create("viommu");
        using var world = new MachineWorld(system, Fixture.Load(Smallest), protocol, seed: 1) { InjectedFaults = SearchFaults.Parse(faults, "drop,duplicate", null) };
        return new Explorer(system.Kernel).Explore(
            world,
            new ExploreOptions { Strategy = Strategy.Parse(strategy, 1), MaxSchedules = schedules, StopAtViolation = !all },
            CancellationToken.None);
    }

    [Theory]
    [InlineData("memcpy", 11)]
    [InlineData("ats", 61)]
    [InlineData("drain", 385)]
    public void Nothing_breaks_a_design_that_claims_safety_in_the_smallest_machine_and_nothing_is_left_out(string protocol, long executions)
    {
        var result = Search(protocol, "dpor", all: true);
        Assert.Equal((ExploreEnd.Exhausted, true, 0), (result.End, result.Complete, result.Violations));
        Assert.Equal(executions, result.DistinctTraces);
    }

    [Fact]
    public void The_whole_search_of_bare_translation_meets_the_race_and_ends()
    {
        var result = Search("translate", "dpor", all: true);
        Assert.True(result.Complete);
        Assert.Equal(9, result.DistinctTraces);
        Assert.Equal("stale-write", result.FirstViolation!.Property);
    }

    [Theory]
    [InlineData("translate")]
    [InlineData("memcpy")]
    public void The_reduction_meets_every_execution_that_the_full_search_meets_in_an_eighth_of_its_schedules(string protocol)
    {
        var (full, reduced) = (Search(protocol, "dfs", all: true), Search(protocol, "dpor", all: true));
        Assert.True(full.Complete && reduced.Complete);
        Assert.Equal(full.DistinctTraces, reduced.DistinctTraces);
        Assert.True(full.Schedules > 8 * reduced.Schedules, $"{full.Schedules} and {reduced.Schedules}");
    }

    [Theory]
    [InlineData("random")]
    [InlineData("pct:3")]
    [InlineData("dfs")]
    [InlineData("dpor")]
    public void Every_strategy_finds_the_race_of_bare_translation(string strategy) =>
        Assert.Equal("stale-write", Search("translate", strategy).FirstViolation?.Property);

    [Fact]
    public void One_fault_can_keep_a_drain_from_ending_but_never_makes_it_unsafe()
    {
        using var system = SimSystem.Create("viommu");
        using var world = new MachineWorld(system, Fixture.Load(Smallest), "drain", seed: 1) { InjectedFaults = SearchFaults.Parse(1, "drop,duplicate", null) };
        var result = new Explorer(system.Kernel).Explore(
            world,
            new ExploreOptions { Strategy = new RandomStrategy(1), MaxSchedules = 2_000, StopAtViolation = false },
            CancellationToken.None);
        Assert.True(result.Violations > 0);
        Assert.DoesNotContain(result.ViolationsOf.Keys, MachineWorld.IsSafety);
        Assert.Equal(result.Violations, result.ViolationsOf.Values.Sum());
    }

    [Fact]
    public void A_replayed_schedule_writes_each_of_its_steps_and_faults_and_the_same_bytes_each_time()
    {
        var found = Search("drain", "random", faults: 1).FirstViolation!;
        var (first, steps) = Replay(found);
        var (second, _) = Replay(found);
        Assert.Equal(first, second);
        Assert.Equal(found.Steps, steps);
        var lines = new TraceReader(new MemoryStream(Encoding.UTF8.GetBytes(first)), "t").ReadToEnd();
        Assert.Equal(found.Steps, lines.OfType<TraceEvent>().Count());
        Assert.Single(lines.OfType<TraceNote>(), note => note.Name is "lost" or "doubled");
    }

    [Fact]
    public void A_guest_that_a_limit_cut_off_is_not_called_stuck()
    {
        using var system = SimSystem.Create("viommu");
        using var world = new MachineWorld(system, Fixture.Load(Smallest), "drain", seed: 1) { MaxSteps = 20 };
        var result = new Explorer(system.Kernel).Explore(
            world, new ExploreOptions { Strategy = new DporStrategy(), MaxSteps = 20 }, CancellationToken.None);
        Assert.Equal((0, false), (result.Violations, result.Complete));
    }

    private static (string Trace, long Steps) Replay(FoundViolation found)
    {
        using var stream = new MemoryStream();
        using var writer = new TraceWriter(stream, new TraceHeader(Smallest, "drain", 1, "test"));
        using var system = SimSystem.Create("viommu");
        using var world = new MachineWorld(system, Fixture.Load(Smallest), "drain", seed: 1) { InjectedFaults = SearchFaults.Parse(1, "drop,duplicate", null), Trace = writer };
        var result = new Explorer(system.Kernel).Replay(
            world, found.Choices, null, new ExploreOptions { Strategy = new RandomStrategy(1) }, CancellationToken.None);
        Assert.True(result.Followed);
        Assert.Equal(found.Property, result.Property);
        writer.Complete();
        return (Encoding.UTF8.GetString(stream.ToArray()), result.Steps);
    }
}
