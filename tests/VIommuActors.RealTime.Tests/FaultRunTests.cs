using VIommuActors.Oracle;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.RealTime.Tests;

/// <summary>The same fault rules and crashes as in the simulation, by the host's clock.</summary>
public sealed class FaultRunTests
{
    private const string Retransmit = "protocols.drain.retransmit-ns=2000000";

    [Theory]
    [InlineData("faults=[{on=DrainComplete,drop=1/5}]")]
    [InlineData("faults=[{on=DrainComplete,duplicate=1/5,delay-ns=1000000}]")]
    [InlineData("faults=[{on=DrainComplete,delay=1/5,delay-ns=1000000}]")]
    [InlineData("faults=[{on=DrainAck,reorder=1/5,delay-ns=1000000}]")]
    [InlineData("faults=[{on=DrainAck,drop=1/10},{on=Drain,drop=1/10},{on=DrainComplete,drop=1/10}]")]
    public async Task A_drain_that_asks_again_survives_bad_wires(string faults)
    {
        var figures = (await Runs.Execute(Runs.Request("drain", faults, Retransmit))).Figures;

        Assert.Equal(Verdict.Held, figures.Verdict);
        Assert.Equal(4 * 30, figures.Invalidations);
        Runs.AssertNothingIsLost(figures);
    }

    [Fact]
    public async Task A_drain_that_asks_once_hangs_when_its_completion_is_lost()
    {
        var figures = (await Runs.Execute(Runs.Request(
            "drain", "faults=[{on=DrainComplete,drop=1/1}]", "timing-ns.invalidation-timeout=100000000"))).Figures;

        Assert.Equal((Verdict.Hung, 4L), (figures.Verdict, figures[Property.LostCompletion]));
        Assert.Equal(4, figures.StoppedVcpus);
        Assert.Equal(4, figures.Remarks.Length);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(null)]
    public async Task Whoever_has_not_ended_when_patience_has_is_reported_as_hung(int? windowMs)
    {
        // The guest itself would wait for a quarter of an hour.
        var request = Runs.Request("drain", "faults=[{on=DrainComplete,drop=1/1}]", "timing-ns.invalidation-timeout=900000000000");

        var result = await Runs.Execute(
            request with { GraceNs = 50_000_000 }, windowMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null);

        Assert.Equal((Verdict.Hung, 4L, 4), (result.Figures.Verdict, result.Figures.StuckVcpus, result.GuestsUnended));
    }

    [Theory]
    [InlineData("memcpy")]
    [InlineData("ats")]
    [InlineData("drain")]
    public async Task An_emulator_that_crashes_and_comes_back_is_used_again(string protocol)
    {
        // Long bursts: when it dies there is something under way, and while it is dead the guests ask for more.
        var request = Runs.Request(
            protocol, "workload.burst=64", "faults=[{on=dummy-viommu,crash-at-ns=50000000,restart-after-ns=20000000}]");

        var result = await Runs.Execute(request, TimeSpan.FromMilliseconds(1000));

        Assert.Equal((Verdict.Held, 0), (result.Figures.Verdict, result.GuestsUnended));
        Assert.True(result.Figures.DmasAbandoned > 0);
        Assert.True(result.Window.Dmas > result.Samples.Last(sample => sample.AtNs < 300_000_000).Dmas, "its devices work again");
        Runs.AssertNothingIsLost(result.Figures);
    }

    [Fact]
    public async Task A_guest_that_is_made_to_panic_leaves_nothing_open()
    {
        var request = Runs.Request("drain", "topology.vcpus=2", "faults=[{on=vcpu,crash-at-ns=10000000}]");

        var result = await Runs.Execute(request, TimeSpan.FromSeconds(20));

        Assert.Equal((Verdict.Held, 0), (result.Figures.Verdict, result.GuestsUnended));
        Assert.Equal(0, result.Figures.DmasOpen);
        Assert.True(result.Window.AtNs < 20_000_000_000, "it ends when all guests have");
    }
}
