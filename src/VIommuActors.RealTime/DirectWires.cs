using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime;

/// <summary>The wires of one guest whose parties all live here: peers are told directly, with nothing in between.</summary>
/// <remarks>
/// A vCPU that gives way does so to what is ready, and one that polls even more.
/// </remarks>
/// <param name="table">Who is who.</param>
/// <param name="clock">The run's clock.</param>
/// <param name="record">Told of every message.</param>
/// <param name="threads">Where the guest's parties run.</param>
/// <param name="failed">Told of a party that fails.</param>
public sealed class DirectWires(
    NodeTable table, HostClock clock, GuestRecord record, GuestDispatcher threads, Action<NodeId, Exception> failed) : IWires
{
    private long _run = -1, _nowNs;

    /// <inheritdoc/>
    public long NowNs
    {
        get
        {
            if (!threads.IsOwnThread) return clock.NowNs;
            if (_run != threads.Runs) (_run, _nowNs) = (threads.Runs, clock.NowNs);
            return _nowNs;
        }
    }

    /// <inheritdoc/>
    public void Send(IActorRef sender, NodeId to, Message message)
    {
        record.Count(message);
        if (message is Wake) threads.GiveWay(table[to], message, sender);
        else table[to].Tell(message, sender);
    }

    /// <inheritdoc/>
    public void After(IActorRef self, long delayNs, Message message) => threads.After(self, delayNs, message);

    /// <inheritdoc/>
    public void Failed(NodeId party, Exception reason) => failed(party, reason);
}
