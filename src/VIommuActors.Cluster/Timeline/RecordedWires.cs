using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.Cluster.Timeline;

/// <summary>Wires that note in which step each message was sent, before anything is done to it on its way.</summary>
internal sealed class RecordedWires(IWires below, HalfRecorder recorder) : IWires
{
    public long NowNs => below.NowNs;

    public void Send(IActorRef sender, NodeId to, Message message)
    {
        recorder.Sent(message);
        below.Send(sender, to, message);
    }

    public void After(IActorRef self, long delayNs, Message message)
    {
        recorder.Sent(message);
        below.After(self, delayNs, message);
    }

    public void Failed(NodeId party, Exception reason) => below.Failed(party, reason);
}
