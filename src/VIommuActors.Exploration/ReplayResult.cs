using VIommuActors.Simulation;

namespace VIommuActors.Exploration;

/// <summary>One schedule run again.</summary>
/// <param name="Followed">
/// True when every choice was possible and none was missing; false means that the program is not the recorded one.
/// </param>
/// <param name="Property">The property that does not hold, or null.</param>
/// <param name="Steps">Steps of the schedule.</param>
/// <param name="End">Why it ended.</param>
/// <param name="Trace">Hash of what every actor handled in which order.</param>
public sealed record ReplayResult(bool Followed, string? Property, long Steps, RunEnd End, ulong Trace);
