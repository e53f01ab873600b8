namespace VIommuActors.Scenarios.Tests;

public sealed class PrinterTests
{
    public static TheoryData<string> Names => [.. ScenarioLoader.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_printed_configuration_loads_back_to_the_same_values(string name)
    {
        using var bench = new Bench();
        var loaded = ScenarioLoader.Resolve(name, ["description=quotes \" and # and \\", "faults=[{on=Translate, drop=1/7}]"]);

        var again = bench.Load(ScenarioPrinter.Print(loaded));

        Assert.Equal(loaded.Values.Select(v => (v.Key, v.Text)), again.Values.Select(v => (v.Key, v.Text)));
    }

    [Fact]
    public void Each_value_is_printed_beside_its_origin()
    {
        var text = ScenarioPrinter.Print(ScenarioLoader.Resolve("stale-dma-queued", ["topology.vcpus=9"]));
        var lines = text.Split('\n').Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();

        Assert.Contains("vcpus = 9 # --set topology.vcpus=9", lines);
        Assert.Contains("guests = 1 # reference.conf", lines);
        Assert.Contains("rounds = 40 # hocon/scenarios/stale-dma.conf:17", lines);
        Assert.Contains("invalidation = queued # hocon/scenarios/stale-dma-queued.conf:8", lines);
    }

    [Fact]
    public void An_origin_cannot_break_out_of_its_comment()
    {
        using var bench = new Bench();
        var loaded = ScenarioLoader.Resolve("stale-dma", ["topology.vcpus=\n9"]);

        Assert.Equal(9, bench.Load(ScenarioPrinter.Print(loaded)).Scenario.Topology.Vcpus);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_printed_of_a_scenario_with_its_own_faults_is_a_text_that_loads_back(string name)
    {
        var loaded = ScenarioLoader.Resolve(name, []);

        var again = ScenarioLoader.ResolveText(ScenarioPrinter.Print(loaded), name, []);

        Assert.Equal(loaded.Values.Select(v => (v.Key, v.Text)), again.Values.Select(v => (v.Key, v.Text)));
    }
}
