using Akka.Actor;

namespace VIommuActors.Simulation.Internals;

/// <summary>An event-stream subscriber that only counts, at once and without a mailbox.</summary>
internal sealed class CountingRef(ActorPath path, IActorRefProvider provider) : MinimalActorRef
{
    public long Count { get; set; }

    public override ActorPath Path { get; } = path;

    public override IActorRefProvider Provider { get; } = provider;

    protected override void TellInternal(object message, IActorRef sender) => Count++;
}
