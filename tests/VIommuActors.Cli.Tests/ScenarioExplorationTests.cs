using VIommuActors.Experiments.Exploring;
using VIommuActors.Exploration.Testing;

namespace VIommuActors.Cli.Tests;

/// <summary>What a user's own test leaves behind is what the tool takes.</summary>
public sealed class ScenarioExplorationTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_trace_of_a_failed_test_replays_and_is_charted_alike()
    {
        var failed = Assert.Throws<ExplorationFailedException>(() => ScenarioExploration.Check(
            "peer-1x1x1", "translate", new ScenarioExplorationOptions { Strategy = "pct:3", TraceFolder = _folder.Path }));
        var words = failed.Failure.Replay!.Split(' ');
        Assert.Equal("viommu", words[0]);
        var (code, output, _) = Tool.Run(words[1..]);
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.Contains("identical: every line of the trace came again", output, StringComparison.Ordinal);
        Assert.Equal(failed.Failure.Report, Tool.Run("chart", words[^1]).Out);
    }
}
