namespace VIommuActors.Exploration;

/// <summary>A schedule after which a property did not hold.</summary>
/// <param name="Property">What <see cref="IWorld.Check"/> said.</param>
/// <param name="Schedule">Number of the schedule, from 1.</param>
/// <param name="Seed">
/// A random, pos or crowd search with this seed begins with this schedule. pct also needs to know how long schedules are, so only the
/// choices repeat it. 0 for strategies that have no seed for a single schedule.
/// </param>
/// <param name="Steps">Steps of the schedule.</param>
/// <param name="Choices">Its decisions; <see cref="Explorer.Replay"/> runs them again.</param>
/// <param name="Trace">Hash of what every actor handled in which order.</param>
public sealed record FoundViolation(string Property, long Schedule, ulong Seed, long Steps, IReadOnlyList<int> Choices, ulong Trace);
