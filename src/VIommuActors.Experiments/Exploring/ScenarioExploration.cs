using System.Globalization;
using System.Reflection;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Charting;
using VIommuActors.Experiments.Running;
using VIommuActors.Exploration;
using VIommuActors.Exploration.Shrinking;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Exploration.Testing;
using VIommuActors.Scenarios;
using VIommuActors.Simulation;
using VIommuActors.Trace;
using VIommuActors.Trace.Charts;

namespace VIommuActors.Experiments.Exploring;

/// <summary>Searches a scenario from within a test, whatever the test framework.</summary>
/// <example><code>
/// [Fact]
/// public void Copies_are_never_stale() =>
///     ScenarioExploration.Check("peer-1x1x1", "memcpy", new ScenarioExplorationOptions { Strategy = "dpor", RequireComplete = true });
/// </code></example>
public static class ScenarioExploration
{
    /// <summary>Searches until a property is broken, nothing is left, or the limits are reached.</summary>
    /// <param name="scenario">Name of a scenario of the product, or path of a file.</param>
    /// <param name="protocol">Name of the design; null for the scenario's own.</param>
    /// <param name="options">Strategy, limits, faults; null for the defaults.</param>
    /// <returns>What was covered.</returns>
    /// <exception cref="ExplorationFailedException">
    /// A schedule broke a property, or left the guest stuck, whatever the scenario expects; its trace, shrunk, is in a file that
    /// <c>viommu replay</c> and <c>viommu chart</c> take. Or completeness was required and not reached.
    /// </exception>
    /// <exception cref="ScenarioException">Something is wrong with the scenario.</exception>
    /// <exception cref="UnsupportedCombinationException">The design cannot run it, or it has several guests.</exception>
    /// <exception cref="FormatException">The strategy is not understood.</exception>
    /// <exception cref="IOException">The trace cannot be written.</exception>
    public static ExploreResult Check(string scenario, string? protocol = null, ScenarioExplorationOptions? options = null)
    {
        options ??= new ScenarioExplorationOptions();
        var strategy = Strategy.Parse(options.Strategy, options.Seed);
        var loaded = ScenarioLoader.Resolve(scenario, options.Sets, ScenarioRunner.MessageNames, ScenarioRunner.PartyNames);
        protocol ??= loaded.Scenario.Protocol;
        using var system = SimSystem.Create("viommu");
        var setup = new SearchSetup(loaded, protocol, options.Seed) { Faults = options.Faults, Stops = true };
        using var world = setup.World(system);
        var explorer = new Explorer(system.Kernel);
        var bounds = setup.Bounds(strategy) with { MaxSchedules = options.MaxSchedules };
        var result = explorer.Explore(world, bounds, options.Cancel);
        if (result.FirstViolation is { } found)
        {
            var shrunk = new Shrinker(explorer).Shrink(world, found.Choices, bounds, options.Cancel);
            throw Report(setup, found, shrunk?.Choices ?? found.Choices, result, options);
        }
        return result.Complete || !options.RequireComplete ? result : throw Incomplete(loaded, protocol, result, options);
    }

    private static ExplorationFailedException Report(
        SearchSetup setup, FoundViolation found, IReadOnlyList<int> shrunk, ExploreResult result, ScenarioExplorationOptions options)
    {
        var (name, protocol) = (setup.Loaded.Scenario.Name, setup.Protocol);
        var header = setup.Header(result.Strategy, shrunk, Version());
        var folder = options.TraceFolder ?? Directory.CreateTempSubdirectory("viommu-explore-").FullName;
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, string.Create(
            CultureInfo.InvariantCulture,
            $"{name}-{protocol}-{result.Strategy.Replace(':', '-')}-{options.Seed:x}-{found.Schedule}.trace.jsonl"));
        var traced = Write(file, setup, header);
        if (!traced.Followed || traced.Property != found.Property)
        {
            throw new InvalidOperationException(
                $"The schedule that broke {found.Property} came to {traced.Property ?? "nothing"} when it was run again: see {file}.");
        }
        var chart = ChartOf(file);
        return new ExplorationFailedException(new ExplorationFailure
        {
            Name = name,
            Property = found.Property,
            Strategy = result.Strategy,
            Seed = options.Seed,
            Schedule = found.Schedule,
            Steps = found.Steps,
            Choices = shrunk,
            Chart = chart.ToText(),
            Explanation = chart.Explain(),
            Report = chart.ToReport(),
            Headline = string.Create(
                CultureInfo.InvariantCulture,
                $"{protocol} in {name}, {result.Strategy}, seed 0x{options.Seed:x}, schedule {found.Schedule:#,0}: {traced.Sentence}"),
            Replay = $"viommu replay {ShellWord.Quote(file)}",
        }, null);
    }

    /// <summary>A file that appears whole or not at all.</summary>
    private static TracedSchedule Write(string file, SearchSetup setup, TraceHeader header)
    {
        var part = file + ".part";
        TracedSchedule traced;
        using (var stream = File.Create(part)) traced = TracedSchedule.Write(stream, setup, header, CancellationToken.None);
        File.Move(part, file, overwrite: true);
        return traced;
    }

    private static SequenceChart ChartOf(string file)
    {
        using var stream = File.OpenRead(file);
        var reader = new TraceReader(stream, file);
        return SequenceChart.From(reader.Header, reader.ReadToEnd(), MachineChart.Options with { FileName = file });
    }

    private static ExplorationFailedException Incomplete(
        LoadedScenario loaded, string protocol, ExploreResult result, ScenarioExplorationOptions options) =>
        new(
            new ExplorationFailure
            {
                Name = loaded.Scenario.Name,
                Property = "incomplete",
                Strategy = result.Strategy,
                Seed = options.Seed,
                Schedule = 0,
                Steps = 0,
                Choices = [],
                Chart = "",
                Explanation = result.NotExplored,
                Report = string.Concat(result.NotExplored.Select(sentence => sentence + "\n")),
                Headline = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{result.Strategy} found nothing in {result.Schedules:#,0} schedules of {protocol} in {loaded.Scenario.Name}, "
                    + $"but did not cover everything."),
                Replay = null,
            },
            null);

    private static string Version() =>
        typeof(ScenarioExploration).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>() is { } version
            ? version.InformationalVersion.Split('+')[0]
            : "0.0.0";
}
