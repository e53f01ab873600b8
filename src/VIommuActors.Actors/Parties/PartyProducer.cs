using Akka.Actor;

namespace VIommuActors.Actors.Parties;

/// <summary>
/// Makes a party's actor by a call. Props from an expression would compile each of its arguments anew, which costs more than all else
/// that starting a guest takes.
/// </summary>
internal sealed class PartyProducer<TActor>(Func<TActor> make) : IIndirectActorProducer
    where TActor : ActorBase
{
    /// <inheritdoc/>
    public Type ActorType => typeof(TActor);

    /// <summary>Props of the actor that <paramref name="make"/> makes, once for each of its incarnations.</summary>
    public static Props Props(Func<TActor> make) => Akka.Actor.Props.CreateBy(new PartyProducer<TActor>(make));

    /// <inheritdoc/>
    public ActorBase Produce() => make();

    /// <inheritdoc/>
    public void Release(ActorBase actor)
    {
    }
}
