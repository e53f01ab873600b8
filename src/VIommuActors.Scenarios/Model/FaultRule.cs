namespace VIommuActors.Scenarios.Model;

/// <summary>A fault: probabilistic on messages, or a crash of a party.</summary>
/// <param name="On">Name of a message kind or of a party; empty for messages of every kind.</param>
public abstract record FaultRule(string On);

/// <summary>Loses, doubles, delays or reorders messages; the four probabilities add up to at most one.</summary>
/// <param name="On">The message kind; empty for every kind on the link that <see cref="From"/> and <see cref="To"/> name.</param>
/// <param name="Drop">Probability that a message is lost.</param>
/// <param name="Duplicate">Probability that it arrives twice.</param>
/// <param name="Delay">Probability that it arrives late.</param>
/// <param name="DelayNs">
/// How late, in virtual nanoseconds; of one that arrives twice, how much later the second copy is; of one that is to be overtaken, how
/// long it waits for that at the most.
/// </param>
public sealed record MessageFault(string On, Ratio Drop, Ratio Duplicate, Ratio Delay, long DelayNs) : FaultRule(On)
{
    /// <summary>Probability that the next message on its link overtakes it.</summary>
    public Ratio Reorder { get; init; } = Ratio.Zero;

    /// <summary>Only messages that parties of this kind send; null: any.</summary>
    public PartyKind? From { get; init; }

    /// <summary>Only messages to parties of this kind; null: any.</summary>
    public PartyKind? To { get; init; }
}

/// <summary>Kills a party, and may start it again without its state.</summary>
/// <param name="On">The party.</param>
/// <param name="CrashAtNs">When it dies, virtual nanoseconds from the start of the run.</param>
/// <param name="RestartAfterNs">How long it stays dead; null: for ever.</param>
public sealed record CrashFault(string On, long CrashAtNs, long? RestartAfterNs) : FaultRule(On);
