using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Cluster.Timeline;
using VIommuActors.Protocols.Messages;
using VIommuActors.RealTime;

namespace VIommuActors.Cluster.Halves;

/// <summary>The wires of one half: its own parties are told directly, those of the other half by way of the link.</summary>
internal sealed class HalfWires(
    NodeTable table, IActorRef half, GuestDispatcher threads, HostClock clock, Action<Message> count,
    Action<NodeId, Exception> failed, HalfRecorder? recorder) : IWires
{
    /// <summary>Which parties live in this half, by id; set once the machine is laid out, before any of them runs.</summary>
    public bool[] IsHere { get; set; } = [];

    public long NowNs => clock.NowNs;

    public void Send(IActorRef sender, NodeId to, Message message)
    {
        count(message);
        if (message is Wake) threads.GiveWay(table[to], message, sender);
        else if (IsHere[to.Index]) table[to].Tell(message, sender);
        else half.Tell(new Outbound(to, message, recorder?.SendingOf(message)), sender);
    }

    public void After(IActorRef self, long delayNs, Message message) => threads.After(self, delayNs, message);

    public void Failed(NodeId party, Exception reason) => failed(party, reason);
}
