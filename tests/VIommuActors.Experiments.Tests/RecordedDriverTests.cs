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
        var path = Path.Combine(Path.GetTempPath(), $"viommu-{Environment.ProcessId}-other.trace");
        // Registers at their reset values, a register-based flush, two devices, one unmapped and mapped again elsewhere.
        File.WriteAllText(path, """
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

            """.Replace("            ", "", StringComparison.Ordinal));
        try
        {
            var scenario = Fixture.Load("xen-trace", $"workload.file=\"{path}\"", "topology.ram-mib=128");

            var figures = Fixture.Run(scenario, "drain").Figures;

            Assert.Equal(Verdict.Held, figures.Verdict);
            Assert.Empty(figures.Replay!.Findings);
            Assert.Equal(4, figures.DmasDone);
            Assert.Equal(3, figures.Invalidations);
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

        Assert.Contains("topology.ram-mib = 64", error.Message, StringComparison.Ordinal);
    }
}
