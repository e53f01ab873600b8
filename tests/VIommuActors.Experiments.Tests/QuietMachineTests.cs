using VIommuActors.Blueprints.Figures;
using VIommuActors.Experiments.Figures;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Experiments.Tests;

/// <summary>
/// On a machine where nothing else happens, latencies are sums of hops. The sums are worked out here from the scenario's timing alone:
/// the path of the vCPU, the path of the completion, and the guest's next look after both.
/// </summary>
public sealed class QuietMachineTests
{
    [Theory]
    [InlineData("translate", "register")]
    [InlineData("memcpy", "register")]
    [InlineData("drain", "register")]
    [InlineData("translate", "queued")]
    [InlineData("memcpy", "queued")]
    [InlineData("ats", "queued")]
    [InlineData("drain", "queued")]
    public void Every_invalidation_takes_the_sum_of_its_hops_to_the_nanosecond(string protocol, string invalidation)
    {
        // Odd values, so that no two sums coincide.
        var scenario = Fixture.Load(
            "quiet", $"invalidation={invalidation}", $"protocol={protocol}", "timing-ns.mmio-trap=1511", "timing-ns.hypercall=817", "timing-ns.ioreq=2003",
            "timing-ns.event-channel=3011", "timing-ns.dma-per-page=2027", "timing-ns.device-model=211", "timing-ns.ats=613");

        var figures = Fixture.Run(scenario, protocol).Figures;

        var expected = Expected(protocol, invalidation == "queued", scenario.Timing);
        Assert.True(figures.Invalidations >= 100);
        Assert.Equal(expected, figures.InvalidationNs.LowestEquivalentValue(RunFigures.Percentile(figures.InvalidationNs, 0)));
        Assert.Equal(expected, RunFigures.Percentile(figures.InvalidationNs, 50));
        Assert.Equal(expected, RunFigures.Percentile(figures.InvalidationNs, 100));
    }

    [Theory]
    [InlineData("translate", 817 + 2027)] // hypercall, access
    [InlineData("memcpy", 817 + 2027)] // hypercall that carries the data: the hypervisor's access
    [InlineData("ats", 613 + 613 + 2027)] // request, completion, access
    [InlineData("drain", 817 + 2027)]
    public void A_one_page_dma_takes_the_sum_of_its_hops(string protocol, long expected)
    {
        var scenario = Fixture.Load(
            "quiet", "invalidation=queued", $"protocol={protocol}", "timing-ns.hypercall=817", "timing-ns.dma-per-page=2027", "timing-ns.ats=613");

        var figures = Fixture.Run(scenario, protocol).Figures;

        Assert.Equal(figures.Dmas, figures.DmasDone);
        Assert.Equal(expected, RunFigures.Percentile(figures.DmaNs, 0));
        Assert.Equal(expected, RunFigures.Percentile(figures.DmaNs, 100));
    }

    [Fact]
    public void A_drain_waits_for_the_access_in_flight_and_no_longer()
    {
        // One device, one page. The guest unmaps while the access is under way, so the drain's own path is the longer one.
        var scenario = Fixture.Load("quiet", "workload.rounds=200", "workload.unmap-while-in-flight=true", "timing-ns.dma-per-page=400000");
        var timing = scenario.Timing;

        var figures = Fixture.Run(scenario, "drain").Figures;

        var quiet = Expected("drain", queued: false, timing);
        var longest = RunFigures.Percentile(figures.InvalidationNs, 100);
        Assert.True(longest > quiet + 100_000, $"no invalidation met an access in flight: {longest}");
        // The whole access, and a late look of at most 1/64 of the wait plus one trap.
        Assert.InRange(longest, quiet, quiet + timing.DmaPerPage + (timing.DmaPerPage / 64) + timing.MmioTrap + 1000);
        Assert.Equal(0, figures[Oracle.Property.StaleWrite] + figures[Oracle.Property.StaleRead]);
    }

    private static long Expected(string protocol, bool queued, Timing t)
    {
        // Registers: IVA, then IOTLB_REG. Queue: IQT.
        var written = queued ? t.MmioTrap : 2 * t.MmioTrap;
        long completed, resumed;
        switch (protocol)
        {
            case "drain":
                var forwarded = written + t.Ioreq + t.EventChannel;
                resumed = forwarded + t.EventChannel;
                completed = forwarded + t.Hypercall + (2 * t.DeviceModel) + t.Hypercall;
                break;
            case "ats":
                (completed, resumed) = (written + (2 * t.Ats), written);
                break;
            default:
                (completed, resumed) = (written, written);
                break;
        }
        // The queue's status lies in memory and is looked at for free, with an FSTS read between looks; IVT is read by a trap each time.
        var look = queued ? resumed : resumed + t.MmioTrap;
        while (look < completed) look += t.MmioTrap;
        return look;
    }
}
