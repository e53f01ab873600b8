using VIommuActors.Blueprints.Figures;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Running;
using VIommuActors.Guest.Recording;
using VIommuActors.Oracle;
using VIommuActors.Scenarios;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Experiments.Tests;

public sealed class RecordedDriverTests
{
    [Theory]
    [InlineData("translate")]
    [InlineData("memcpy")]
    [InlineData("ats")]
    [InlineData("drain")]
    public void Linux_runs_to_its_end_under_every_design(string protocol)
    {
        var figures = Fixture.Run(Fixture.Load("linux-trace"), protocol).Figures;
        var replay = figures.Replay!;

        Assert.Equal(Verdict.Held, figures.Verdict);
        Assert.Empty(replay.Findings);
        Assert.Equal(1323, figures.Invalidations);
        Assert.Equal(1323, replay.StatusWrites);
        Assert.Equal(5849, figures.Dmas);
        Assert.Equal(5849, figures.DmasDone);
        Assert.Equal(19, replay.Reads);
        // 1,250 page-selective invalidations of single-device domains: as many device-TLB invalidations under ats, none elsewhere.
        Assert.Equal(protocol == "ats" ? 2646 + 1250 : 2646, replay.Descriptors);
        if (protocol == "ats") Assert.Equal(2, replay.ByDesign["ECAP.DT is set for ats"]);
        else Assert.Empty(replay.ByDesign);
    }

    [Theory]
    [InlineData("translate")]
    [InlineData("memcpy")]
    [InlineData("drain")]
    public void Xen_runs_to_its_end_under_every_design_that_knows_registers(string protocol)
    {
        var figures = Fixture.Run(Fixture.Load("xen-trace"), protocol).Figures;
        var replay = figures.Replay!;

        Assert.Equal(Verdict.Held, figures.Verdict);
        Assert.Empty(replay.Findings);
        Assert.Empty(replay.ByDesign);
        Assert.Equal(19_062 + 3, figures.Invalidations);
        Assert.Equal(4925, figures.DmasDone);
        Assert.Equal(19_079, replay.Reads);
        Assert.Equal(replay.Reads, replay.EqualReads + replay.PolledReads);
        // Only statuses of commands may be a matter of time, and only where a drain makes them so.
        Assert.All(replay.DecidedByTiming.Keys, register => Assert.Contains(register, new[] { "GSTS", "CCMD", "IOTLB_REG" }));
        if (protocol != "drain") Assert.Empty(replay.DecidedByTiming);
    }

    [Fact]
    public void Without_the_drivers_patience_bare_translate_is_caught_on_real_activity()
    {
        var scenario = Fixture.Load("linux-trace-in-flight");

        Assert.True(Fixture.Run(scenario, "translate").Figures[Property.StaleWrite] > 0);
        foreach (var protocol in new[] { "memcpy", "ats", "drain" })
        {
            var figures = Fixture.Run(scenario, protocol).Figures;
            Assert.Equal(Verdict.Held, figures.Verdict);
            Assert.Empty(figures.Replay!.Findings);
            Assert.Equal(figures.Dmas, figures.DmasDone + figures.DmasFaulted);
        }
    }

    [Fact]
    public void Think_time_stretches_the_run_to_the_recorded_one()
    {
        var scenario = Fixture.Load("linux-trace", "workload.think-time-scale=1/1");

        var figures = Fixture.Run(scenario, "translate").Figures;

        var recordedUs = RecordedTrace.Read(ScenarioFiles.Open(scenario.Workload.File!), "linux").Summary.DurationUs;
        Assert.True(figures.VirtualNs >= recordedUs * 1000, $"{figures.VirtualNs} ns for {recordedUs} us");
        Assert.Equal(Verdict.Held, figures.Verdict);
    }

    [Fact]
    public void Another_recording_of_the_format_runs_too()
    {
        Replay(Small, (_, figures) =>
        {
            Assert.Equal(Verdict.Held, figures.Verdict);
            Assert.Empty(figures.Replay!.Findings);
            Assert.Equal(4, figures.DmasDone);
            Assert.Equal(3, figures.Invalidations);
        });
    }

    /// <summary>Registers at their reset values, a register-based flush, two devices, one page unmapped and mapped again elsewhere.</summary>
    private const string Small = """
        0 R 8 8 d2008c22260206
        1 R 10 8 f00f4a
        2 W 20 8 1000000
        3 W 18 4 40000000
        4 R 1c 4 40000000
        5 W 28 8 a000000000000000
        6 G context
        7 R 28 8 2800000000000000
        8 W f8 8 9003000000000000
        9 G global
        10 R f8 8 1203000000000000
        11 W 18 4 c0000000
        12 R 1c 4 c0000000
        13 C 10 2000001 101
        14 M 10 ffffe123 1234003 1 fff
        15 H 10 ffffe200 1234003 1
        16 C 18 2100001 201
        17 M 18 40000000 1400083 2 1fffff
        18 W f0 8 ffffe000
        19 W f8 8 b003000100000000
        20 G page 1 ffffe000 0
        21 R f8 8 3603000100000000
        22 M 10 ffffe000 1235001 1 fff

        """;

    private static void Replay(string text, Action<Scenario, Blueprints.Figures.RunFigures> check, string like = "xen-trace")
    {
        var path = Path.Combine(Path.GetTempPath(), $"viommu-{Guid.NewGuid():n}.trace");
        File.WriteAllText(path, text);
        try
        {
            var scenario = Fixture.Load(like, $"workload.file=\"{path}\"", "topology.ram-mib=128");
            check(scenario, Fixture.Run(scenario, "drain").Figures);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Ram_that_the_recording_does_not_fit_into_is_an_error_that_says_how_much_is_needed()
    {
        var scenario = Fixture.Load("xen-trace", "topology.ram-mib=64");

        var error = Assert.Throws<UnsupportedCombinationException>(() => Fixture.Run(scenario, "drain"));

        Assert.Equal(("topology.ram-mib", "64"), (error.Key, error.Value));
        Assert.Contains("at least", error.Accepted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xen-trace", "queued")]
    [InlineData("linux-trace", "register")]
    public void A_recording_is_not_replayed_over_the_other_interface(string name, string invalidation)
    {
        var error = Assert.Throws<UnsupportedCombinationException>(
            () => Fixture.Run(Fixture.Load(name, $"invalidation={invalidation}"), "drain"));

        Assert.Equal(("invalidation", invalidation), (error.Key, error.Value));
    }

    [Theory]
    [InlineData("21 R f8 8 3603000100000000", "21 R f8 8 3603000200000000", "line 22")] // a register that reads otherwise
    [InlineData("20 G page 1 ffffe000 0", "20 G page 2 ffffe000 0", "line 21")] // carried out for another domain
    [InlineData("20 G page 1 ffffe000 0", "20 N nothing", "line 22")] // not carried out at all
    [InlineData("15 H 10 ffffe200 1234003 1", "15 H 10 ffffe200 1234003 7", "line 16")] // a translation in another domain
    public void A_recording_that_differs_is_a_finding_with_its_line_and_no_success(string line, string instead, string where)
    {
        Replay(Small.Replace(line, instead, StringComparison.Ordinal), (scenario, figures) =>
        {
            Assert.Contains(figures.Replay!.Findings, finding => finding.StartsWith(where, StringComparison.Ordinal));
            Assert.Equal(Outcome.GoalNotReached, Expectations.Judge(scenario, figures));
        });
    }

    [Fact]
    public void A_driver_that_writes_registers_in_halves_is_followed()
    {
        var halves = Small
            .Replace("18 W f0 8 ffffe000", "18 W f0 4 ffffe000\n18 W f4 4 0", StringComparison.Ordinal)
            .Replace("19 W f8 8 b003000100000000", "19 W f8 4 0\n19 W fc 4 b0030001", StringComparison.Ordinal)
            .Replace("21 R f8 8 3603000100000000", "21 R fc 4 36030001", StringComparison.Ordinal);
        Replay(halves, (_, figures) =>
        {
            Assert.Empty(figures.Replay!.Findings);
            Assert.Equal(3, figures.Invalidations);
            Assert.Equal(Verdict.Held, figures.Verdict);
        });
    }

    [Fact]
    public void Descriptors_for_a_queue_that_is_off_are_an_error_with_file_and_line()
    {
        const string queue = "0 R 8 8 d2008c22260206\n1 R 10 8 f00f4a\n2 W 88 4 10\n3 Q 100000014 0\n";
        var error = Assert.Throws<RecordedTraceException>(() => Replay(queue, (_, _) => { }, "linux-trace"));

        Assert.Equal(3, error.Line);
    }
}
