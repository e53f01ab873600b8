using VIommuActors.Experiments.Exploring;
using VIommuActors.Experiments.Running;
using VIommuActors.Exploration;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Scenarios;
using VIommuActors.Simulation;

namespace VIommuActors.Experiments.Tests;

public sealed class ScenarioShrinkerTests
{
    [Fact]
    public void A_counterexample_of_a_busy_machine_becomes_one_of_the_smallest()
    {
        var loaded = Load(
            "stale-dma-queued", "workload.rounds=3", "workload.buffer-pages=2", "workload.write-percent=100", "topology.ram-mib=4");
        var setup = new SearchSetup(loaded, "translate", 1) { Stops = true };
        using var system = SimSystem.Create("viommu");
        FoundViolation found;
        using (var world = setup.World(system))
        {
            found = new Explorer(system.Kernel).Explore(
                world, setup.Bounds(new RandomStrategy(1)) with { MaxSchedules = 1_000 }, CancellationToken.None).FirstViolation!;
        }

        var smaller = new ScenarioShrinker(system, Fixture.Reload).Shrink(setup, found.Choices, CancellationToken.None)!;

        var scenario = smaller.Setup.Loaded.Scenario;
        Assert.Equal((1L, 1, 1), (scenario.Workload.Rounds, scenario.Workload.BufferPages, scenario.Topology.Vcpus));
        Assert.Equal((1, 1), (scenario.Topology.Devices.Sum(group => group.Count), scenario.Topology.Devices.Max(group => group.InFlight)));
        Assert.Equal(found.Property, smaller.Schedule.Property);
        Assert.True(smaller.Schedule.Steps < found.Steps, $"{found.Steps} -> {smaller.Schedule.Steps}");
        Assert.NotEmpty(smaller.Cuts);
    }

    [Fact]
    public void Cuts_take_one_thing_at_a_time_and_give_scenarios_that_load()
    {
        var loaded = Load(
            "peer-burst", "workload.rounds=5", "topology.vcpus=2", "topology.viommus=2",
            "topology.devices=[{kind=nic,count=3,in-flight=2},{kind=mapper,count=1,in-flight=1,viommu=1}]");
        var cuts = ScenarioCuts.Of(loaded.Scenario).ToArray();
        Assert.Contains("workload.rounds=1", cuts);
        Assert.Contains("workload.rounds=2", cuts);
        Assert.Contains("workload.rounds=4", cuts);
        Assert.Contains("workload.burst=1", cuts);
        Assert.Contains("workload.mapper-uses=1", cuts);
        Assert.Equal(cuts.Length, cuts.Distinct().Count());
        foreach (var cut in cuts)
        {
            var smaller = Fixture.Reload(loaded, [cut]).Scenario;
            Assert.NotEqual(loaded.Scenario.ToString() + Sizes(loaded.Scenario), smaller.ToString() + Sizes(smaller));
        }
        Assert.Empty(ScenarioCuts.Of(Load("peer-1x1x1").Scenario));
    }

    private static string Sizes(Scenarios.Model.Scenario scenario) =>
        $"{scenario.Workload} {string.Join(' ', scenario.Topology.Devices)}";

    private static LoadedScenario Load(string name, params string[] sets) =>
        ScenarioLoader.Resolve(name, sets, ScenarioRunner.MessageNames, ScenarioRunner.PartyNames);
}
