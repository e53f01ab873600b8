namespace VIommuActors.Exploration;

/// <summary>What a search found and what it left out.</summary>
public sealed record ExploreResult
{
    /// <summary>Name of the strategy.</summary>
    public required string Strategy { get; init; }

    /// <summary>Why it ended.</summary>
    public required ExploreEnd End { get; init; }

    /// <summary>Schedules run to their end.</summary>
    public required long Schedules { get; init; }

    /// <summary>Steps of all of them.</summary>
    public required long Steps { get; init; }

    /// <summary>Steps of the longest.</summary>
    public required long LongestSchedule { get; init; }

    /// <summary>Executions that differ in what some actor handled in which order; 0 when not counted.</summary>
    public required long DistinctTraces { get; init; }

    /// <summary>Schedules given up because they could only repeat a known execution. Not among <see cref="Schedules"/>.</summary>
    public required long Redundant { get; init; }

    /// <summary>Schedules that violated a property.</summary>
    public required long Violations { get; init; }

    /// <summary>How many schedules violated which property, in alphabetical order.</summary>
    public required IReadOnlyDictionary<string, long> ViolationsOf { get; init; }

    /// <summary>The first violation.</summary>
    public required FoundViolation? FirstViolation { get; init; }

    /// <summary>True only when every execution within the bounds was covered.</summary>
    public required bool Complete { get; init; }

    /// <summary>
    /// What was not explored, one sentence each, the stated bounds included. May name a prefix although the search is complete.
    /// </summary>
    public required IReadOnlyList<string> NotExplored { get; init; }

    /// <summary>Where to go on; null when nothing is left.</summary>
    public required ExploreCheckpoint? Checkpoint { get; init; }
}
