using VIommuActors.Experiments.Running;

namespace VIommuActors.Experiments.Tests;

public sealed class DeterminismTests
{
    [Theory]
    [MemberData(nameof(ComparisonTests.EveryScenario), MemberType = typeof(ComparisonTests))]
    public void The_same_scenario_and_seed_give_the_same_bytes(string name)
    {
        var scenario = Fixture.Load(name);
        foreach (var protocol in ScenarioRunner.ProtocolsFor(scenario))
        {
            var (_, first, firstSha) = Fixture.RunTraced(scenario, protocol, 7);
            var (_, second, secondSha) = Fixture.RunTraced(scenario, protocol, 7);

            Assert.True(first.AsSpan().SequenceEqual(second), $"{name} under {protocol}: {Fixture.FirstDifference(first, second)}");
            Assert.Equal(firstSha, secondSha);
        }
    }

    [Fact]
    public void A_run_does_not_depend_on_the_runs_before_it()
    {
        var scenario = Fixture.Load("stale-dma-queued");
        var (_, alone, _) = Fixture.RunTraced(scenario, "drain", 3);
        using var runner = new ScenarioRunner();
        foreach (var protocol in ScenarioRunner.ProtocolsFor(scenario)) runner.Run(new RunRequest(scenario, protocol, 1));

        var (_, later, _) = Fixture.RunTraced(runner, scenario, "drain", 3);

        Assert.True(alone.AsSpan().SequenceEqual(later), Fixture.FirstDifference(alone, later));
    }

    [Fact]
    public void A_loaded_machine_changes_nothing()
    {
        var scenario = Fixture.Load("storm");
        var (_, quiet, _) = Fixture.RunTraced(scenario, "drain", 5);
        using var stop = new CancellationTokenSource();
        var burners = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            var spin = 0UL;
            while (!stop.IsCancellationRequested) spin = (spin * 6364136223846793005) + 1;
        })
        { IsBackground = true }).ToList();
        burners.ForEach(thread => thread.Start());

        var (_, loaded, _) = Fixture.RunTraced(scenario, "drain", 5);

        stop.Cancel();
        burners.ForEach(thread => thread.Join());
        Assert.True(quiet.AsSpan().SequenceEqual(loaded), Fixture.FirstDifference(quiet, loaded));
    }

    [Fact]
    public void Another_seed_gives_another_run()
    {
        var scenario = Fixture.Load("stale-dma");

        var traces = Enumerable.Range(1, 5).Select(seed => Fixture.RunTraced(scenario, "drain", (ulong)seed).Sha256);

        Assert.Equal(5, traces.Distinct().Count());
    }
}
