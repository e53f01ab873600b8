namespace VIommuActors.Exploration.Internals.Dpor;

/// <summary>One step of the current execution.</summary>
/// <param name="Act">Lane and what it touched.</param>
/// <param name="Cause">Number of the step that sent the message; 0 for none.</param>
/// <param name="Previous">Number of the receiver's step before this one; 0 for none.</param>
/// <param name="Instant">How often time had moved before it.</param>
/// <param name="Arrived">How often time had moved when its message arrived.</param>
/// <param name="Exclusive">True when the receiver would have taken no other lane's message.</param>
/// <param name="Unstashed">True for a message that had been handled and put aside before.</param>
internal readonly record struct Event(Act Act, int Cause, int Previous, long Instant, long Arrived, bool Exclusive, bool Unstashed);
