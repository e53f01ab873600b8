using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Internals.Dpor;

/// <summary>One step of the current execution.</summary>
/// <param name="Act">Lane and what it touched.</param>
/// <param name="Cause">Number of the step that sent the message; 0 for none.</param>
/// <param name="Previous">Number of the receiver's step before this one; 0 for none.</param>
/// <param name="Instant">How often time had moved before it.</param>
/// <param name="Exclusive">True when the receiver would have taken no other lane's message.</param>
/// <param name="Others">Other things that could have happened to the message; null for none.</param>
internal readonly record struct Event(Act Act, int Cause, int Previous, long Instant, bool Exclusive, LaneFault[]? Others);
