using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Experiments.Running;
using VIommuActors.Exploration.Testing;
using VIommuActors.Scenarios;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Tests;

public sealed class ScenarioExplorationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("viommu-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("random")]
    [InlineData("dpor")]
    public void A_stale_write_fails_with_its_chart_and_the_command_that_replays_it(string strategy)
    {
        var failed = Assert.Throws<ExplorationFailedException>(() => ScenarioExploration.Check(
            "peer-1x1x1", "translate", new ScenarioExplorationOptions { Strategy = strategy, Seed = 3, TraceFolder = Path.Combine(_folder, "new") }));
        var failure = failed.Failure;
        Assert.Equal(("stale-write", strategy, 3UL, "peer-1x1x1"), (failure.Property, failure.Strategy, failure.Seed, failure.Name));
        var file = Assert.Single(Directory.GetFiles(Path.Combine(_folder, "new")));
        Assert.Contains($"viommu replay {file}\n", failed.Message, StringComparison.Ordinal);
        Assert.StartsWith(
            $"stale-write\ntranslate in peer-1x1x1, {strategy}, seed 0x3, schedule {failure.Schedule}: stale-write: device 00:03.0 wrote",
            failed.Message, StringComparison.Ordinal);
        Assert.Contains("DmaAccess write 4096 B", failure.Chart, StringComparison.Ordinal);
        Assert.Contains(failure.Explanation, sentence => sentence.EndsWith("This is the violation: stale-write.", StringComparison.Ordinal));

        using var stream = File.OpenRead(file);
        var reader = new TraceReader(stream, file);
        Assert.Equal(failure.Choices, reader.Header.Search!.Choices.AsEnumerable());
        var notes = reader.ReadToEnd().OfType<TraceNote>().Select(note => note.Name).ToList();
        Assert.Equal(["work-begins", "violation", "verdict"], notes);
    }

    [Fact]
    public void A_design_that_holds_is_proved()
    {
        var result = ScenarioExploration.Check(
            "peer-1x1x1", "memcpy", new ScenarioExplorationOptions { Strategy = "dpor", MaxSchedules = long.MaxValue, RequireComplete = true });
        Assert.True(result.Complete);
        Assert.Equal(0, result.Violations);
    }

    [Fact]
    public void Completeness_can_be_required()
    {
        var failed = Assert.Throws<ExplorationFailedException>(() => ScenarioExploration.Check(
            "peer-1x1x1", "memcpy", new ScenarioExplorationOptions { Strategy = "dpor", MaxSchedules = 1, RequireComplete = true }));
        Assert.Equal(("incomplete", null), (failed.Failure.Property, failed.Failure.Replay));
        Assert.Contains("did not cover everything", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_message_that_hangs_the_guest_is_marked_and_explained()
    {
        var failed = Assert.Throws<ExplorationFailedException>(() => ScenarioExploration.Check(
            "peer-1x1x1", "drain", new ScenarioExplorationOptions { Faults = SearchFaults.Parse(1, "drop", null), TraceFolder = _folder }));
        Assert.Contains(" is LOST", failed.Failure.Chart, StringComparison.Ordinal);
        Assert.Contains(failed.Failure.Explanation, sentence => sentence.Contains("What was waited for never came", StringComparison.Ordinal));
    }

    [Fact]
    public void What_cannot_be_searched_is_told()
    {
        Assert.Throws<ScenarioException>(() => ScenarioExploration.Check("no-such-scenario"));
        Assert.Throws<ScenarioException>(() => ScenarioExploration.Check(
            "peer-1x1x1", options: new ScenarioExplorationOptions { Sets = ["no.such.key=1"] }));
        Assert.Throws<UnsupportedCombinationException>(() => ScenarioExploration.Check("peer-1x1x1", "no-such-design"));
        Assert.Throws<UnsupportedCombinationException>(() => ScenarioExploration.Check("many-guests"));
        Assert.Throws<FormatException>(() => ScenarioExploration.Check(
            "peer-1x1x1", options: new ScenarioExplorationOptions { Strategy = "bfs" }));
    }
}
