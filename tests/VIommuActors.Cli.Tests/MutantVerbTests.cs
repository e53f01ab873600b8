namespace VIommuActors.Cli.Tests;

public sealed class MutantVerbTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_list_names_for_each_defect_what_it_breaks_and_what_catches_it()
    {
        var (code, output, _) = Tool.Run("mutants", "--json");
        Assert.Equal(ExitCode.AsExpected, code);
        var document = Json.Parse(output);
        Assert.Equal("viommu.mutants/1", document.GetProperty("schema").GetString());
        var mutants = document.GetProperty("mutants").EnumerateArray().ToArray();
        Assert.True(mutants.Length >= 20);
        Assert.All(mutants, mutant => Assert.Equal(["name", "protocol", "breaks", "property", "scenario", "strategy"], Json.Names(mutant)[..6]));
        var (_, text, _) = Tool.Run("mutants");
        Assert.All(mutants, mutant => Assert.Contains(mutant.GetProperty("name").GetString()!, text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_defect_brings_its_design_and_its_search_and_breaks_what_was_expected_to_hold()
    {
        var (code, output, _) = Tool.Run(
            "explore", "peer-1x1x1", "--mutant", "ats-early-answer", "--out", _folder["out"], "--json", "--quiet");
        Assert.Equal(ExitCode.Violation, code);
        var document = Json.Parse(output);
        Assert.Equal(
            ("ats", "ats-early-answer", "stale-write"),
            (document.GetProperty("protocol").GetString(), document.GetProperty("mutant").GetString(),
                document.GetProperty("violation").GetProperty("property").GetString()));
        // The trace names the defect: without it the run would be another.
        Assert.Contains("\"mutant\":\"ats-early-answer\"", File.ReadLines(_folder["out/trace.jsonl"]).First(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.AsExpected, Tool.Run("replay", _folder["out/trace.jsonl"]).Code);
        Assert.Equal(ExitCode.AsExpected, Tool.Run("replay", _folder["out/shrunk.jsonl"]).Code);
    }

    [Theory]
    [InlineData("--mutant", "drain-early-repot", "did you mean")]
    [InlineData("--mutant", "", "accepted: ")]
    public void A_defect_that_is_none_is_told(string option, string value, string hint)
    {
        var (code, _, error) = Tool.Run("explore", "peer-1x1x1", option, value);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(hint, error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_defect_of_another_design_than_the_one_asked_for_is_told()
    {
        var (code, _, error) = Tool.Run("explore", "peer-1x1x1", "--protocol", "drain", "--mutant", "ats-early-answer");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("ats-early-answer is a defect of ats; accepted: ats", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_with_an_unknown_defect_is_refused()
    {
        Tool.Run("explore", "peer-1x1x1", "--mutant", "ats-early-answer", "--out", _folder["out"], "--quiet");
        var path = _folder["out/trace.jsonl"];
        File.WriteAllText(path, File.ReadAllText(path).Replace("ats-early-answer", "ats-other", StringComparison.Ordinal));
        foreach (var verb in new[] { "replay", "shrink" })
        {
            var (code, _, error) = Tool.Run(verb, path);
            Assert.Equal(ExitCode.Usage, code);
            Assert.Contains("mutant", error, StringComparison.Ordinal);
            Assert.Contains("ats-other", error, StringComparison.Ordinal);
        }
    }
}
