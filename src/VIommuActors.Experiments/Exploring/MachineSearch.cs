using VIommuActors.Exploration;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Scenarios;
using VIommuActors.Simulation;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Exploring;

/// <summary>What a search of a scenario, and whatever repeats one of its schedules, must agree on.</summary>
public static class MachineSearch
{
    // Without time a guest that polls for ever would make a schedule without end.
    private const long LongestSchedule = 100_000;

    /// <summary>Bounds of a schedule; the same for the search and for what repeats it.</summary>
    public static ExploreOptions Bounds(LoadedScenario loaded, IStrategy strategy) =>
        new() { Strategy = strategy, MaxSteps = StepsOf(loaded) };

    /// <summary>The header of a trace of one schedule: all that its repetition needs.</summary>
    /// <param name="loaded">The scenario.</param>
    /// <param name="protocol">Name of the design.</param>
    /// <param name="strategy">Name of the strategy that found the schedule.</param>
    /// <param name="seed">Of the search.</param>
    /// <param name="faults">How many messages a schedule may lose or double.</param>
    /// <param name="choices">The schedule.</param>
    /// <param name="tool">Version of the tool that writes the trace.</param>
    public static TraceHeader Header(
        LoadedScenario loaded, string protocol, string strategy, ulong seed, int faults, IEnumerable<int> choices, string tool) =>
        new(loaded.Scenario.Name, protocol, seed, tool, new TraceSearch(strategy, faults, ScenarioPrinter.Print(loaded), [.. choices]));

    /// <summary>A world in which schedules run that leave a trace if a sink is given.</summary>
    /// <exception cref="Running.UnsupportedCombinationException">The design cannot run the scenario.</exception>
    public static MachineWorld World(
        SimSystem system, LoadedScenario loaded, string protocol, ulong seed, int faults, ITraceSink? trace) =>
        new(system, loaded.Scenario, protocol, seed)
        {
            MaxFaults = faults,
            MaxSteps = StepsOf(loaded),
            Trace = trace,
        };

    private static long StepsOf(LoadedScenario loaded) => Math.Min(LongestSchedule, loaded.Scenario.Limits.Steps);
}
