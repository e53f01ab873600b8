using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Running;
using VIommuActors.Exploration;
using VIommuActors.Exploration.Shrinking;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Scenarios;
using VIommuActors.Simulation;

namespace VIommuActors.Experiments.Exploring;

/// <summary>A counterexample that was made smaller.</summary>
/// <param name="Setup">What its choices mean; its scenario may be smaller than that of the original.</param>
/// <param name="Schedule">The schedule.</param>
/// <param name="Cuts">What was taken out of the scenario, as overrides.</param>
/// <param name="Attempts">Schedules that were run on the way.</param>
public sealed record SmallerCounterexample(SearchSetup Setup, ShrunkSchedule Schedule, IReadOnlyList<string> Cuts, long Attempts);

/// <summary>
/// Makes a counterexample of a scenario smaller: first its schedule, then the scenario, cut by cut. A smaller scenario has other choices,
/// so each is searched anew for the same property, and kept when its shortest schedule is no longer.
/// </summary>
/// <param name="system">Where the actors live.</param>
/// <param name="reload">Loads the scenario of a setup with overrides on top.</param>
public sealed class ScenarioShrinker(SimSystem system, Func<LoadedScenario, IReadOnlyList<string>, LoadedScenario> reload)
{
    private const long SchedulesPerCut = 2_000;
    private const int ExecutionsCompared = 16;

    private readonly Explorer _explorer = new(system.Kernel);
    private long _attempts;

    /// <summary>Makes one smaller.</summary>
    /// <param name="setup">What the choices mean.</param>
    /// <param name="choices">The choices.</param>
    /// <param name="cancel">Ends the search for a smaller one; what was reached by then is returned.</param>
    /// <returns>Null when the choices, run again, break nothing.</returns>
    public SmallerCounterexample? Shrink(SearchSetup setup, IReadOnlyList<int> choices, CancellationToken cancel)
    {
        _attempts = 0;
        setup = setup with { Stops = true };
        var best = Shorten(setup, choices, cancel);
        if (best is null) return null;
        best = Rival(setup, best, cancel) ?? best;
        var cuts = new List<string>();
        var isSmaller = true;
        while (isSmaller)
        {
            isSmaller = false;
            foreach (var cut in ScenarioCuts.Of(setup.Loaded.Scenario))
            {
                if (cancel.IsCancellationRequested) break;
                if (TryCut(setup, [.. cuts, cut]) is not { } smaller) continue;
                if (Rival(smaller, best, cancel, allowEqual: true) is not { } shorter) continue;
                (setup, best, isSmaller) = (smaller, shorter, true);
                cuts.Add(cut);
                break;
            }
        }
        return new SmallerCounterexample(setup, best, cuts, _attempts);
    }

    private SearchSetup? TryCut(SearchSetup setup, IReadOnlyList<string> cuts)
    {
        try
        {
            var smaller = setup with { Loaded = reload(setup.Loaded, [cuts[^1]]) };
            using var world = smaller.World(system);
            return smaller;
        }
        catch (Exception refused) when (refused is ScenarioException or UnsupportedCombinationException)
        {
            return null; // a cut that leaves no scenario
        }
    }

    /// <summary>The shortest of several other schedules that break the same; null when none is shorter.</summary>
    private ShrunkSchedule? Rival(SearchSetup setup, ShrunkSchedule best, CancellationToken cancel, bool allowEqual = false)
    {
        ShrunkSchedule? found = null;
        var left = SchedulesPerCut;
        for (var seed = setup.Seed; left > 0 && !cancel.IsCancellationRequested; seed++)
        {
            ExploreResult result;
            using (var world = setup.World(system))
            {
                result = _explorer.Explore(
                    world,
                    setup.Bounds(new PosStrategy(seed)) with { MaxSchedules = left, CountDistinct = false },
                    cancel);
            }
            _attempts += result.Schedules;
            left -= result.Schedules;
            if (result.FirstViolation is not { } violation) break;
            left -= SchedulesPerCut / ExecutionsCompared;
            if (violation.Property != best.Property || Shorten(setup, violation.Choices, cancel) is not { } shorter) continue;
            if (IsBetter(shorter, found ?? best) || (found is null && allowEqual && !IsBetter(best, shorter))) found = shorter;
        }
        return found;
    }

    private ShrunkSchedule? Shorten(SearchSetup setup, IReadOnlyList<int> choices, CancellationToken cancel)
    {
        using var world = setup.World(system);
        var shrunk = new Shrinker(_explorer).Shrink(world, choices, setup.Bounds(new RandomStrategy(0)), cancel);
        _attempts += shrunk?.Attempts ?? 1;
        return shrunk;
    }

    private static bool IsBetter(ShrunkSchedule one, ShrunkSchedule other) =>
        (one.Faults, one.Steps).CompareTo((other.Faults, other.Steps)) < 0;
}
