using VIommuActors.Scenarios;

namespace VIommuActors.Cli.Tests;

public sealed class ScenarioVerbTests
{
    [Fact]
    public void The_list_has_every_scenario_that_comes_with_the_tool()
    {
        var (code, output, _) = Tool.Run("scenario", "list", "--json");
        Assert.Equal(ExitCode.AsExpected, code);
        var document = Json.Parse(output);
        Assert.Equal("viommu.scenarios/1", document.GetProperty("schema").GetString());
        var scenarios = document.GetProperty("scenarios").EnumerateArray().ToArray();
        Assert.Equal(ScenarioLoader.Names, scenarios.Select(one => one.GetProperty("name").GetString()!));
        Assert.All(scenarios, one => Assert.Equal(["name", "protocol", "invalidation", "description", "source"], Json.Names(one)));

        var lines = Tool.Run("scenario", "list").Out.TrimEnd().Split('\n');
        Assert.Equal(ScenarioLoader.Names, lines[1..].Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public void Show_prints_the_text_as_written_and_resolved_every_key_with_its_origin()
    {
        Assert.Equal(ScenarioLoader.TextOf("storm"), Tool.Run("scenario", "show", "storm").Out);
        var resolved = Tool.Run("scenario", "show", "storm", "--resolved").Out;
        Assert.Matches(@"hypercall = \d+ +# reference\.conf", resolved);
        Assert.Contains("# hocon/scenarios/storm.conf:", resolved, StringComparison.Ordinal);
        Assert.Matches(@"vcpus = 9 +# --set topology\.vcpus=9", Tool.Run("scenario", "show", "storm", "--set", "topology.vcpus=9").Out);
    }

    [Fact]
    public void Lint_accepts_every_scenario_that_comes_with_the_tool_and_says_nothing()
    {
        Assert.Equal((ExitCode.AsExpected, "", ""), Tool.Run(["scenario", "lint", .. ScenarioLoader.Names]));
        var document = Json.Parse(Tool.Run(["scenario", "lint", .. ScenarioLoader.Names, "--json"]).Out);
        Assert.Equal((ScenarioLoader.Names.Length, 0), (document.GetProperty("files").GetInt32(), document.GetProperty("errors").GetArrayLength()));
    }

    [Fact]
    public void Lint_of_a_folder_checks_every_file_below_it_in_order()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder["b"]);
        File.WriteAllText(folder["a.conf"], "viommu.scenario { one = 1 }\n");
        File.WriteAllText(folder["b/c.conf"], "viommu.scenario { two = 2 }\n");
        File.WriteAllText(folder["good.conf"], ScenarioLoader.TextOf("quiet"));
        File.WriteAllText(folder["notes.txt"], "not a scenario");
        var (code, output, _) = Tool.Run("scenario", "lint", folder.Path);
        Assert.Equal(ExitCode.Usage, code);
        var files = output.TrimEnd().Split('\n').Select(line => line.Split(':')[0]);
        Assert.Equal([folder["a.conf"], folder["b/c.conf"]], files);
    }

    [Fact]
    public void Lint_of_a_folder_without_scenarios_is_a_mistake()
    {
        using var folder = new TestFolder();
        Assert.Equal(ExitCode.Usage, Tool.Run("scenario", "lint", folder.Path).Code);
    }
}
