namespace VIommuActors.Exploration;

/// <summary>What a search has done so far.</summary>
/// <param name="Schedules">Schedules run to their end.</param>
/// <param name="Steps">Messages handled, lost or doubled in them.</param>
/// <param name="DistinctTraces">Executions that differ in what some actor handled in which order; 0 when not counted.</param>
/// <param name="Violations">Schedules that violated a property.</param>
public readonly record struct ExploreProgress(long Schedules, long Steps, long DistinctTraces, long Violations);
