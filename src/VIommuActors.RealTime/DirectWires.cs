using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime;

/// <summary>The wires of one guest whose parties all live here: peers are told directly, with nothing in between.</summary>
public sealed class DirectWires(NodeTable table, HostClock clock, GuestRecord record, Action<NodeId, Exception> failed)
    : IWires
{
    /// <inheritdoc/>
    public long NowNs => clock.NowNs;

    /// <inheritdoc/>
    public void Send(IActorRef sender, NodeId to, Message message)
    {
        record.Count(message);
        table[to].Tell(message, sender);
    }

    /// <inheritdoc/>
    public void After(IActorRef self, long delayNs, Message message) => Timers.After(self, delayNs, message);

    /// <inheritdoc/>
    public void Failed(NodeId party, Exception reason) => failed(party, reason);
}
