using Akka.Actor;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.Actors.Wiring;

/// <summary>How messages get from one party to another: latency, order and faults are decided here and nowhere in the actors.</summary>
public interface IWires
{
    /// <summary>Nanoseconds since power on, in the clock of the run.</summary>
    long NowNs { get; }

    /// <summary>Carries <paramref name="message"/> to <paramref name="to"/>; it names its own sender.</summary>
    void Send(IActorRef sender, NodeId to, Message message);

    /// <summary>Hands <paramref name="message"/> back to <paramref name="self"/> after <paramref name="delayNs"/>.</summary>
    void After(IActorRef self, long delayNs, Message message);

    /// <summary>An actor failed with something that is neither a guest's mistake nor an injected crash: the run is void.</summary>
    void Failed(NodeId party, Exception reason);
}
