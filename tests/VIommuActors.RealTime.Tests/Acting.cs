using Akka.Actor;

namespace VIommuActors.RealTime.Tests;

/// <summary>An actor that does what a test says.</summary>
internal sealed class Acting(Action<IActorRef, object> handle) : UntypedActor
{
    /// <summary>Props of one that handles its messages so; it is told who it is.</summary>
    public static Props Props(Action<IActorRef, object> handle) => Akka.Actor.Props.Create(() => new Acting(handle));

    protected override void OnReceive(object message) => handle(Self, message);
}
