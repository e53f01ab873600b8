namespace VIommuActors.Blueprints.Faults;

/// <summary>
/// What a wire does to one message. A doubled message's second copy comes <paramref name="DelayNs"/> after the first; one that is to be
/// overtaken waits for that at most so long.
/// </summary>
public readonly record struct Fate(bool Drop, bool Duplicate, bool Reorder, long DelayNs);
