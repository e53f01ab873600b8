using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime;

/// <summary>The wires of one guest whose parties all live here: peers are told directly, with nothing in between.</summary>
/// <remarks>
/// A thread of the pool goes on with what it has just made ready, so a request stays where its guest's memory is in the cache. Left to
/// that, a vCPU that polls, or one that always has a next request, would keep its thread for ever; therefore what a vCPU tells itself in
/// order to go on later goes behind what waits for any thread.
/// </remarks>
public sealed class DirectWires(
    NodeTable table, HostClock clock, GuestRecord record, Action<NodeId, Exception> failed) : IWires
{
    /// <inheritdoc/>
    public long NowNs => clock.NowNs;

    /// <inheritdoc/>
    public void Send(IActorRef sender, NodeId to, Message message)
    {
        record.Count(message);
        if (message is Wake) Timers.Later(table[to], message, sender);
        else table[to].Tell(message, sender);
    }

    /// <inheritdoc/>
    public void After(IActorRef self, long delayNs, Message message) => Timers.After(self, delayNs, message);

    /// <inheritdoc/>
    public void Failed(NodeId party, Exception reason) => failed(party, reason);
}
