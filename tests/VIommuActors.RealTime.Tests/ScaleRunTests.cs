using VIommuActors.Oracle;
using VIommuActors.RealTime.Scaling;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.RealTime.Tests;

public sealed class ScaleRunTests
{
    [Theory]
    [InlineData("memcpy")]
    [InlineData("ats")]
    [InlineData("drain")]
    public async Task A_safe_design_loses_nothing_and_breaks_nothing(string protocol)
    {
        var result = await Runs.Execute(Runs.Request(protocol));

        Assert.Equal(Verdict.Held, result.Figures.Verdict);
        Assert.Equal(4 * 30 * 4, result.Figures.Dmas);
        Assert.Equal(4 * 30, result.Figures.Invalidations);
        Assert.Equal(0, result.Figures.DmasAbandoned);
        Runs.AssertNothingIsLost(result.Figures);
    }

    [Fact]
    public async Task Bare_translation_is_caught_in_the_race_and_breaks_nothing_but_staleness()
    {
        var figures = (await Runs.Execute(Runs.Request(
            "translate", "workload.rounds=300", $"topology.guests={Math.Max(4, Environment.ProcessorCount)}"))).Figures;

        Assert.True(figures[Property.StaleWrite] + figures[Property.StaleRead] > 0);
        Runs.AssertNothingIsLost(figures);
        Assert.Equal((0L, 0L, 0L), (figures[Property.Escape], figures[Property.WrongFault], figures[Property.LostDma]));
    }

    [Theory]
    [InlineData("drain", "invalidation=register")]
    [InlineData("drain", "invalidation=queued")]
    [InlineData("memcpy", "topology.domains=1")]
    [InlineData("ats", "topology.domains=1")]
    public async Task Guests_of_several_vcpus_share_their_driver(string protocol, string set)
    {
        var result = await Runs.Execute(Runs.Request(protocol, "topology.vcpus=3", set));

        Assert.Equal(Verdict.Held, result.Figures.Verdict);
        Assert.Equal(3 * 4 * 30 * 4, result.Figures.Dmas);
        Runs.AssertNothingIsLost(result.Figures);
    }

    [Fact]
    public async Task A_driver_that_waits_sees_every_request_done()
    {
        var figures = (await Runs.Execute(Runs.Request("drain", "workload.unmap-while-in-flight=false"))).Figures;

        Assert.Equal((4L * 30 * 4, 0L), (figures.DmasDone, figures.DmasFaulted));
    }

    [Fact]
    public async Task Without_a_judge_the_same_is_counted()
    {
        var request = Runs.Request("drain") with { HasOracle = false };

        var result = await Runs.Execute(request);

        Assert.Equal((4L * 30 * 4, 4L * 30), (result.Figures.Dmas, result.Figures.Invalidations));
        Runs.AssertNothingIsLost(result.Figures);
    }

    /// <summary>One guest has as many threads as there are cores: its vCPUs, its memory and its judge meet from several.</summary>
    [Fact]
    public async Task A_guest_alone_runs_on_several_threads_and_its_judge_sees_everything()
    {
        var result = await Runs.Execute(Runs.Request("drain", "topology.guests=1", "topology.vcpus=3", "workload.rounds=300"));

        Assert.Equal((3L * 300 * 4, 3L * 300), (result.Figures.Dmas, result.Figures.Invalidations));
        Assert.Equal(Verdict.Held, result.Figures.Verdict);
        Assert.Equal(result.Figures.DmasDone + result.Figures.DmasFaulted, result.Figures.DmaNs.TotalCount);
        Runs.AssertNothingIsLost(result.Figures);
    }

    [Fact]
    public async Task A_window_is_counted_from_its_beginning_to_its_end()
    {
        // Where it is the first of its process it is compiled meanwhile.
        var result = await Runs.Execute(Runs.Request("drain"), TimeSpan.FromSeconds(1));

        Assert.InRange(result.Window.AtNs, 1_000_000_000, 20_000_000_000);
        Assert.InRange(result.Window.Dmas, 1, result.Figures.Dmas);
        Assert.InRange(result.Window.Messages, 1, result.Figures.Messages - 1); // those of the start-up stand outside
        Assert.Equal(result.Window.Dmas, result.Samples[^1].Dmas);
        Assert.Equal(default, result.Samples[0]);
        Assert.InRange(
            result.DmaNs.TotalCount, result.Window.Dmas - (result.Guests * GuestRecord.LatenciesAtOnce), result.Figures.Dmas);
        Assert.Equal(result.Figures.DmasDone + result.Figures.DmasFaulted, result.Figures.DmaNs.TotalCount);
        Assert.True(result.BytesPerGuest > 0);
        Assert.True(result.TouchedBytesPerGuest > 0);
        // Whole pages; guests that ended in different rounds may have touched different numbers of them.
        Assert.Equal(0, result.TouchedBytesPerGuest % (4096 / result.Guests));
        Runs.AssertNothingIsLost(result.Figures);
    }

    [Fact]
    public async Task More_guests_than_boot_at_once_all_boot_before_the_first_works()
    {
        var request = Runs.Request("drain", "topology.guests=100", "workload.rounds=2");
        await using var run = new ScaleRun(request);

        await run.Start();
        await run.Measure(null);
        var result = await run.Finish();

        Assert.Equal((100, 0), (result.Guests, result.GuestsUnended));
        Assert.Equal(100 * 2 * 4, result.Window.Dmas);
    }

    [Fact]
    public async Task Cancelled_at_work_it_ends_soon_and_keeps_what_there_is()
    {
        using var cancel = new CancellationTokenSource();
        await using var run = new ScaleRun(Runs.Request("drain") with { IsEndless = true });
        await run.Start(null, cancel.Token);

        await run.Measure(null, (_, _) => cancel.Cancel(), cancel.Token);
        var result = await run.Finish(null, cancel.Token);

        Assert.True(result.IsCancelled);
        Assert.True(result.Figures.Dmas > 0);
        Assert.Equal(Verdict.Held, result.Figures.Verdict);
        Assert.True(result.Drain < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Cancelled_before_it_begins_it_boots_few_guests_and_ends_them()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        var result = await Runs.Execute(Runs.Request("drain", "topology.guests=5000"), null, cancel.Token);

        Assert.True(result.IsCancelled);
        Assert.InRange(result.Guests, 0, 1000);
        Assert.Equal(0, result.Window.Dmas);
    }

    [Fact]
    public async Task A_party_that_fails_voids_the_run_and_is_named()
    {
        var failure = await Assert.ThrowsAsync<RunVoidException>(() => Runs.Execute(Runs.Request(new FailingDevices())));

        Assert.Matches("^g[0-3]/dev-00:0[34].0 failed: planted", failure.Message);
    }

    [Fact]
    public void A_recording_is_refused() => Assert.Throws<ArgumentException>(() =>
    {
        var scenario = Scenarios.ScenarioLoader.Load("linux-trace", []);
        _ = new ScaleRun(new ScaleRequest(scenario, Protocols.ProtocolCatalog.Find("drain")!, 1));
    });
}
