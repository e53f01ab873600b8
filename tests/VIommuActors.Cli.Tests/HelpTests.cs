using VIommuActors.Cli.Input;

namespace VIommuActors.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Verbs => ["", "compare", "run", "scale", "explore", "replay", "chart", "node", "cluster", "cluster run", "cluster status", "cluster members", "cluster leave", "cluster down", "cluster partition", "cluster heal", "cluster slow", "qtest", "scenario", "scenario list", "scenario show", "scenario lint", "doctor"];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Help_has_synopsis_examples_exit_codes_and_environment(string verb)
    {
        var (code, output, error) = Tool.Run([.. Words(verb), "--help"]);
        Assert.Equal((ExitCode.AsExpected, ""), (code, error));
        Assert.Contains($"viommu {verb}".TrimEnd(), output, StringComparison.Ordinal);
        Assert.True(ExamplesOf(output).Length >= 3, output);
        foreach (var number in Enum.GetValues<ExitCode>())
        {
            Assert.Contains($"  {(int)number,3}  ", output, StringComparison.Ordinal);
        }
        foreach (var variable in new[] { "VIOMMU_RUNS_DIR", "VIOMMU_LOG_LEVEL", "NO_COLOR" })
        {
            Assert.Contains(variable, output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_example_of_the_help_parses(string verb)
    {
        var host = new ToolHost(new TestConsole(), () => Tool.Plausible, new StillClock(), default);
        foreach (var example in ExamplesOf(Tool.Run([.. Words(verb), "--help"]).Out))
        {
            var words = Words(example[example.IndexOf("viommu ", StringComparison.Ordinal)..])[1..];
            Assert.Empty(ParseErrors.Of(ToolCommand.Create(host).Parse(words)));
        }
    }

    [Fact]
    public void Help_of_explore_says_that_neighbouring_seeds_overlap() =>
        Assert.Contains("neighbouring seeds overlap", Tool.Run("explore", "--help").Out, StringComparison.Ordinal);

    [Fact]
    public void Version_has_version_commit_and_runtime()
    {
        var (code, output, _) = Tool.Run("--version");
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.Matches(@"^viommu \d+\.\d+\.\d+ \(commit ([0-9a-f]{40}|unknown)\) \.NET \d+.*\n$", output);
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string[] ExamplesOf(string help) =>
        [.. help.Split('\n').SkipWhile(line => line != "Examples:").Skip(1).TakeWhile(line => line.Length > 0).Select(line => line.Trim())];
}
