using VIommuActors.Exploration.Strategies;

namespace VIommuActors.Exploration;

/// <summary>How to search and when to stop.</summary>
public sealed record ExploreOptions
{
    /// <summary>Chooses the schedules; a new one for every search.</summary>
    public required IStrategy Strategy { get; init; }

    /// <summary>Stops after this many schedules, those of a resumed search included.</summary>
    public long MaxSchedules { get; init; } = long.MaxValue;

    /// <summary>Cuts a schedule at this many steps.</summary>
    public long MaxSteps { get; init; } = 100_000;

    /// <summary>Cuts a schedule before the first timed delivery due later than this virtual time, in nanoseconds.</summary>
    public long MaxTimeNs { get; init; } = long.MaxValue;

    /// <summary>Ends the search with the first violation; else all are counted and the first is kept.</summary>
    public bool StopAtViolation { get; init; } = true;

    /// <summary>Counts distinct executions; costs 8 to 16 bytes for each.</summary>
    public bool CountDistinct { get; init; } = true;

    /// <summary>Choices with which every schedule begins, as a violation gave them: the search covers what can follow.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>
    /// Asked before every schedule; false ends the search. The place for a budget in
    /// seconds and for progress: the library has no clock.
    /// </summary>
    public Func<ExploreProgress, bool>? Continue { get; init; }

    /// <summary>An unfinished search to go on with; same world, strategy and seed.</summary>
    public ExploreCheckpoint? Resume { get; init; }
}
