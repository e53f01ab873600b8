using Akka.Actor;

namespace VIommuActors.PeerModel;

/// <summary>A component: an ordinary actor that can be put back into its initial state between runs.</summary>
internal abstract class PeerActor(PeerWorld world) : UntypedActor
{
    protected PeerWorld World { get; } = world;

    protected PeerOptions Options { get; } = world.Options;

    public abstract void Reset();
}
