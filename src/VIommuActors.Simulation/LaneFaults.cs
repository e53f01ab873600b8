using Akka.Actor;

namespace VIommuActors.Simulation;

/// <summary>Which messages may be lost or doubled, and how often in one run. Every possible fault is one more choice on its lane.</summary>
/// <remarks>
/// Losing and doubling keep the order of a lane. A finite <see cref="Total"/> makes all faults of a run compete for it;
/// budgets per lane do not, and are cheaper to explore.
/// </remarks>
/// <param name="applies">
/// True for a message (sender, receiver, message) that may suffer a fault. Must depend on its arguments alone.
/// </param>
public sealed class LaneFaults(Func<IActorRef, IActorRef, object, bool> applies)
{
    /// <summary>How many messages each lane may lose in a run.</summary>
    public int DropsPerLane { get; init; }

    /// <summary>How often each lane may double a message in a run.</summary>
    public int DuplicatesPerLane { get; init; }

    /// <summary>How many faults a run may have on all lanes together.</summary>
    public int Total { get; init; } = int.MaxValue;

    internal bool Applies(IActorRef sender, IActorRef receiver, object message) => applies(sender, receiver, message);
}
