using Akka.Actor;

namespace VIommuActors.Simulation;

/// <summary>
/// Which messages may be lost, doubled, set aside, delayed or replaced by a crash of their receiver, and how often in one run. Every
/// possible fault is one more choice on its lane.
/// </summary>
/// <remarks>
/// A fault strikes if its budget per lane or receiver, <see cref="Total"/> and the rule all allow it; without a budget there are no
/// faults. Losing, doubling and crashing keep the order of a lane. A finite <see cref="Total"/> makes all faults of a run compete for
/// it; the other budgets do not, and are cheaper to explore. A message that was set aside or came back late draws on its lane's budgets
/// again; only setting it aside a second time would mean nothing and is not offered.
/// </remarks>
/// <param name="applies">
/// The faults that a message (sender, receiver, message) may suffer. Must depend on its arguments alone.
/// </param>
public sealed class LaneFaults(Func<IActorRef, IActorRef, object, LaneFaultKinds> applies)
{
    private readonly long _delayNs;

    /// <summary>Faults of every kind for some messages, none for the others.</summary>
    /// <param name="applies">
    /// True for a message (sender, receiver, message) that may suffer a fault. Must depend on its arguments alone.
    /// </param>
    public LaneFaults(Func<IActorRef, IActorRef, object, bool> applies)
        : this((sender, receiver, message) => applies(sender, receiver, message) ? LaneFaultKinds.All : LaneFaultKinds.None)
    {
    }

    /// <summary>How many messages each lane may lose in a run.</summary>
    public int DropsPerLane { get; init; }

    /// <summary>How often each lane may double a message in a run.</summary>
    public int DuplicatesPerLane { get; init; }

    /// <summary>How many messages of each lane may be set aside in a run.</summary>
    public int ReordersPerLane { get; init; }

    /// <summary>How many messages of each lane may be delayed in a run.</summary>
    public int DelaysPerLane { get; init; }

    /// <summary>How often each receiver may crash in a run.</summary>
    public int CrashesPerReceiver { get; init; }

    /// <summary>How many faults a run may have on all lanes together.</summary>
    public int Total { get; init; } = int.MaxValue;

    /// <summary>
    /// How much later a delayed message comes back, in virtual nanoseconds. 0: as soon as nothing else can be delivered, like
    /// everything that waits for time to move.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 0.</exception>
    public long DelayNs
    {
        get => _delayNs;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(DelayNs));
            _delayNs = value;
        }
    }

    /// <summary>
    /// What a receiver gets when it crashes: <see cref="Kill.Instance"/>, or a message that its program understands as a crash; null
    /// for one that cannot crash, and by default for all. Asked often; must depend on the receiver alone.
    /// </summary>
    public Func<IActorRef, object?> CrashWith { get; init; } = static _ => null;

    internal LaneFaultKinds Applying(IActorRef sender, IActorRef receiver, object message) => applies(sender, receiver, message);
}
