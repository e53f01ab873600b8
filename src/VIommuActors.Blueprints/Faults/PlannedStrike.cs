namespace VIommuActors.Blueprints.Faults;

/// <summary>The end of one half of a guest under a plan.</summary>
/// <param name="AtNs">When, in nanoseconds since the start.</param>
/// <param name="Guest">Number of the guest.</param>
/// <param name="Node">The node that died or was given up.</param>
/// <param name="RestartAfterNs">
/// After which the emulators may come back; null: the guest's vCPUs and memory were there, and it is lost.
/// </param>
/// <param name="Why">For people.</param>
public sealed record PlannedStrike(long AtNs, int Guest, int Node, long? RestartAfterNs, string Why);
