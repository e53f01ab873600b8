namespace VIommuActors.Simulation;

/// <summary>Ids that the kernel itself reports to an <see cref="ITouchObserver"/>. All are negative; programs use the others.</summary>
public static class SharedObject
{
    /// <summary>The outside lane of slot 0; ids below it are outside lanes, those between it and 0 actors.</summary>
    public const long FirstOutsideLane = -1L << 40;

    /// <summary>The total of <see cref="LaneFaults.Total"/>, written by every fault when it is finite.</summary>
    public const long FaultTotal = long.MinValue;

    /// <summary>
    /// The actor in a slot, written by a step of another actor: a message sent in its name (forwarded), or system work done in it
    /// (creation, the continuation of an async handler, supervision). Its own steps write it without being reported.
    /// </summary>
    public static long ActorState(int slot) => -1L - slot;

    /// <summary>The lane of senders that are not actors, at the receiver in a slot: several steps may append to it.</summary>
    public static long OutsideLane(int slot) => FirstOutsideLane - slot;
}
