namespace VIommuActors.Scenarios.Model;

/// <summary>A fault: probabilistic on messages, or a crash of a party.</summary>
/// <param name="On">Name of a message kind or of a party.</param>
public abstract record FaultRule(string On);

/// <summary>Loses, doubles or delays messages; the three probabilities add up to at most one.</summary>
/// <param name="On">The message kind.</param>
/// <param name="Drop">Probability that a message is lost.</param>
/// <param name="Duplicate">Probability that it arrives twice.</param>
/// <param name="Delay">Probability that it arrives late.</param>
/// <param name="DelayNs">How late; of one that arrives twice, how much later the second copy is. Virtual nanoseconds.</param>
public sealed record MessageFault(string On, Ratio Drop, Ratio Duplicate, Ratio Delay, long DelayNs) : FaultRule(On);

/// <summary>Kills a party, and may start it again without its state.</summary>
/// <param name="On">The party.</param>
/// <param name="CrashAtNs">When it dies, virtual nanoseconds from the start of the run.</param>
/// <param name="RestartAfterNs">How long it stays dead; null: for ever.</param>
public sealed record CrashFault(string On, long CrashAtNs, long? RestartAfterNs) : FaultRule(On);
