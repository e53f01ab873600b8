using VIommuActors.Blueprints.Figures;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Figures;
using VIommuActors.Experiments.Running;
using VIommuActors.Oracle;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Experiments.Tests;

public sealed class ComparisonTests
{
    private const int Seeds = 100;

    [Theory]
    [InlineData("stale-dma", "translate")]
    [InlineData("stale-dma-queued", "translate")]
    public void Bare_translate_is_caught_reading_and_writing(string scenario, string protocol)
    {
        var figures = Sum(scenario, protocol);

        Assert.Equal(Verdict.Violated, figures.Verdict);
        Assert.True(figures[Property.StaleWrite] > 0);
        Assert.True(figures[Property.StaleRead] > 0);
        Assert.Equal(0, figures[Property.Escape] + figures[Property.WrongFault] + figures[Property.LostDma] + figures[Property.LostCompletion]);
    }

    [Theory]
    [InlineData("stale-dma", "memcpy")]
    [InlineData("stale-dma", "drain")]
    [InlineData("stale-dma-queued", "memcpy")]
    [InlineData("stale-dma-queued", "ats")]
    [InlineData("stale-dma-queued", "drain")]
    public void The_safe_designs_hold_and_account_for_every_dma(string scenario, string protocol)
    {
        var figures = Sum(scenario, protocol);

        Assert.Equal(Verdict.Held, figures.Verdict);
        Assert.All(Properties.All, property => Assert.Equal(0, figures[property]));
        Assert.Equal(figures.Dmas, figures.DmasDone + figures.DmasFaulted);
        Assert.True(figures.DmasDone > 0 && figures.DmasFaulted > 0, "both ends of a request must occur, or the race was not run");
    }

    [Theory]
    [MemberData(nameof(EveryScenario))]
    public void Every_scenario_comes_to_the_verdict_it_states(string name)
    {
        var scenario = Fixture.Load(name);
        using var runner = new ScenarioRunner();
        foreach (var protocol in ScenarioRunner.ProtocolsFor(scenario))
        {
            var sum = new RunFigures(protocol);
            for (ulong seed = 1; seed <= 12; seed++) sum.Add(runner.Run(new RunRequest(scenario, protocol, seed)).Figures);
            Assert.True(
                Expectations.Judge(scenario, sum) == Outcome.AsExpected,
                $"{name} under {protocol}: {sum.Verdict}, expected {Expectations.ExpectedOf(scenario, protocol)}; {sum.Details.FirstOrDefault()} {string.Join("; ", sum.Remarks)}");
            Assert.Equal(sum.Dmas, sum.DmasDone + sum.DmasFaulted + sum.DmasAbandoned + sum.DmasOpen + sum[Property.LostDma]);
        }
    }

    public static TheoryData<string> EveryScenario() => [.. Scenarios.ScenarioLoader.Names];

    [Fact]
    public void Ats_over_registers_is_refused_with_the_reason()
    {
        var error = Assert.Throws<UnsupportedCombinationException>(() => Fixture.Run(Fixture.Load("stale-dma"), "ats"));

        Assert.Equal(("invalidation", "queued"), (error.Key, error.Accepted));
        Assert.Contains("ats needs queued invalidation", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_drain_is_not_starved_by_a_device_that_is_never_idle()
    {
        var scenario = Fixture.Load("never-idle", "topology.vcpus=2");

        var (result, trace, _) = Fixture.RunTraced(scenario, "drain");

        var t = scenario.Timing;
        // What a request that was translated before may still need: all its pages, and the translations it is in the middle of.
        var request = scenario.Workload.BufferPages * (t.Hypercall + t.DmaPerPage);
        var path = (2 * t.MmioTrap) + t.Ioreq + (2 * t.EventChannel) + (2 * t.Hypercall) + (2 * t.DeviceModel) + t.MmioTrap;
        // Two vCPUs share the registers, so one may wait for the other's invalidation first; 1/64 for a late look.
        var bound = 2 * (request + path) * 65 / 64;
        var longest = RunFigures.Percentile(result.Figures.InvalidationNs, 100);
        Assert.InRange(longest, 1, bound);
        var busy = BusyPeriods.Longest(trace, "dev-00:03.0");
        Assert.True(busy > 2 * bound, $"the device was idle too soon to starve anybody: busy for {busy} ns, bound {bound} ns");
        Assert.Equal(Verdict.Held, result.Figures.Verdict);
    }

    private static RunFigures Sum(string name, string protocol)
    {
        var scenario = Fixture.Load(name);
        using var runner = new ScenarioRunner();
        var sum = new RunFigures(protocol);
        for (ulong seed = 1; seed <= Seeds; seed++) sum.Add(runner.Run(new RunRequest(scenario, protocol, seed)).Figures);
        Assert.Equal(Seeds, sum.Runs);
        return sum;
    }
}
