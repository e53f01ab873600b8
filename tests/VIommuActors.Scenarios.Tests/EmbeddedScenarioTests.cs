using VIommuActors.Scenarios.Model;

namespace VIommuActors.Scenarios.Tests;

public sealed class EmbeddedScenarioTests
{
    public static TheoryData<string> Names => [.. ScenarioLoader.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_scenario_loads_under_the_name_of_its_file_and_says_what_it_shows(string name)
    {
        string[] ofTheDrain = ["QueryCall", "QueryReply", "Drain", "DrainAck", "DrainCompleteReply"];
        var scenario = ScenarioLoader.Load(name, [], [.. Bench.Messages, .. ofTheDrain], Bench.Parties);

        Assert.Equal(name, scenario.Name);
        Assert.NotEmpty(scenario.Description);
        Assert.StartsWith("# ", ScenarioLoader.TextOf(name), StringComparison.Ordinal);
        Assert.Contains("Look at:", ScenarioLoader.TextOf(name), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_scenario_means_the_same_from_its_file_and_by_its_name(string name)
    {
        var byName = ScenarioLoader.Resolve(name, []);
        var byPath = ScenarioLoader.Resolve(Path.Combine(Bench.Repository, "hocon", "scenarios", name + ".conf"), []);

        Assert.Equal(
            byName.Values.Where(v => !v.Key.EndsWith(".file", StringComparison.Ordinal)).Select(v => (v.Key, v.Text)),
            byPath.Values.Where(v => !v.Key.EndsWith(".file", StringComparison.Ordinal)).Select(v => (v.Key, v.Text)));
    }

    [Fact]
    public void Every_file_of_the_scenario_folder_is_embedded()
    {
        var files = Directory.GetFiles(Path.Combine(Bench.Repository, "hocon", "scenarios"), "*.conf").Select(Path.GetFileNameWithoutExtension);

        Assert.Equal(files.Order(StringComparer.Ordinal), ScenarioLoader.Names);
        Assert.True(ScenarioLoader.Names.Length >= 10);
    }

    [Theory]
    [InlineData("linux-trace", "embedded:linux-strict", "0 R 8 8 d2008c22260206")]
    [InlineData("xen-trace", "embedded:xen-register", "0 R 8 8 d2008c22260206")]
    public void A_recording_opens_without_the_source_tree(string name, string file, string firstLine)
    {
        var scenario = ScenarioLoader.Load(name, []);

        Assert.Equal(file, scenario.Workload.File);
        using var reader = new StreamReader(ScenarioFiles.Open(scenario.Workload.File!));
        Assert.Equal(firstLine, reader.ReadLine());
    }

    [Fact]
    public void A_scenario_on_disk_finds_its_recording_beside_itself()
    {
        var scenario = ScenarioLoader.Load(Path.Combine(Bench.Repository, "hocon", "scenarios", "linux-trace.conf"), []);

        Assert.Equal(Path.Combine(Bench.Repository, "hocon", "traces", "linux-strict.trace.gz"), scenario.Workload.File);
        using var reader = new StreamReader(ScenarioFiles.Open(scenario.Workload.File!));
        Assert.Equal("0 R 8 8 d2008c22260206", reader.ReadLine());
    }

    [Fact]
    public void The_default_scenario_is_the_race_that_only_bare_translation_loses()
    {
        var scenario = ScenarioLoader.Load("stale-dma", []);

        Assert.Equal("drain", scenario.Protocol);
        Assert.Equal(InvalidationInterface.Register, scenario.Invalidation);
        Assert.Equal(new DeviceGroup(DeviceKind.DmaEngine, 2, 4, 0), Assert.Single(scenario.Topology.Devices));
        Assert.Equal(40, scenario.Workload.Rounds);
        Assert.True(scenario.Workload.UnmapWhileInFlight);
        Assert.Equal(Verdict.Held, scenario.Expect.Verdict);
        Assert.Equal(Verdict.Violated, scenario.Expect.Protocols["translate"]);
    }
}
