using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Running;
using VIommuActors.Oracle;

namespace VIommuActors.Experiments.Tests;

/// <summary>Pass-through devices that are detached while they work, in virtual time.</summary>
public sealed class AttachDetachTests
{
    private static readonly string[] Busy =
        ["workload.rounds=40", "topology.vcpus=2", "topology.devices=[{kind=dma-engine,count=2,in-flight=2}]", "workload.burst=2"];

    [Theory]
    [InlineData("memcpy", "queued")]
    [InlineData("memcpy", "register")]
    [InlineData("drain", "queued")]
    [InlineData("drain", "register")]
    public void A_detached_device_touches_nothing_and_every_round_ends(string protocol, string invalidation)
    {
        var result = Fixture.Run(Fixture.Load("peer-detach", [.. Busy, $"invalidation={invalidation}"]), protocol);
        var figures = result.Figures;
        Assert.Equal(Scenarios.Model.Verdict.Held, figures.Verdict);
        Assert.Equal((80L, 160L), (figures.Invalidations, figures.Dmas));
        Assert.Equal(figures.Dmas, figures.DmasDone + figures.DmasFaulted);
        Assert.True(figures.DmasDone > 0 && figures.DmasFaulted > 0, $"{figures.DmasDone} done, {figures.DmasFaulted} faulted");
    }

    [Fact]
    public void Bare_translation_is_caught_with_a_context_cache_invalidation_as_with_any_other()
    {
        var figures = Fixture.Run(Fixture.Load("peer-detach", Busy), "translate").Figures;
        Assert.True(figures[Property.StaleWrite] > 0);
        Assert.Equal(0, figures[Property.Escape]);
    }

    [Fact]
    public void Pass_through_and_device_TLBs_exclude_each_other()
    {
        var scenario = Fixture.Load("peer-detach");
        var refused = Assert.Throws<UnsupportedCombinationException>(() => Fixture.Run(scenario, "ats"));
        Assert.Equal("workload.kind", refused.Key);
        Assert.Equal(["translate", "memcpy", "drain"], ScenarioRunner.ProtocolsFor(scenario));
    }
}
