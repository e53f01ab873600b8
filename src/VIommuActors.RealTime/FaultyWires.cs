using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime;

/// <summary>
/// Wires on which the fault rules of a scenario strike, as they do in the simulation: lost, doubled, late, overtaken. What gets through
/// goes on by the wires below.
/// </summary>
/// <remarks>
/// Late means by the host's timers, which count in milliseconds: a delay below <see cref="Timers.ShortestNs"/> is none. One message
/// at a time is held on each link until the next one has gone ahead, or its time has come.
/// </remarks>
/// <param name="below">What carries the messages that get through.</param>
/// <param name="faults">The rules.</param>
/// <param name="lost">Told of each message that does not: it was sent, too.</param>
public sealed class FaultyWires(IWires below, MessageFaults faults, Action<Message> lost) : IWires
{
    /// <summary>The least that a message waits to be overtaken: timers end to the millisecond.</summary>
    private const long LeastPatienceNs = 1_000_000;

    // Rules draw from streams that one thread uses at a time.
    private readonly Lock _gate = new();
    private readonly Dictionary<(NodeId From, NodeId To), Held> _held = [];

    /// <inheritdoc/>
    public long NowNs => below.NowNs;

    /// <inheritdoc/>
    public void Send(IActorRef sender, NodeId to, Message message)
    {
        var link = (message.From, to);
        Held? overtaken = null;
        Fate fate;
        lock (_gate)
        {
            fate = faults.Decide(to, message);
            // One overtakes another; a third is just the next.
            if (fate.Reorder && _held.ContainsKey(link)) fate = default;
            if (fate.Drop)
            {
                lost(message);
                return;
            }
            if (fate.Reorder)
            {
                var held = new Held(sender, to, message);
                _held.Add(link, held);
                Timers.After(Math.Max(LeastPatienceNs, fate.DelayNs), () => GiveUp(link, held));
                return;
            }
            _held.Remove(link, out overtaken);
        }
        if (fate.Duplicate) below.Send(sender, to, message);
        if (fate.DelayNs >= Timers.ShortestNs) Timers.After(fate.DelayNs, () => below.Send(sender, to, message));
        else below.Send(sender, to, message);
        if (overtaken is not null) below.Send(overtaken.Sender, overtaken.To, overtaken.Message);
    }

    /// <inheritdoc/>
    public void After(IActorRef self, long delayNs, Message message) => below.After(self, delayNs, message);

    /// <inheritdoc/>
    public void Failed(NodeId party, Exception reason) => below.Failed(party, reason);

    /// <summary>Nobody overtook it. Whoever takes it off the link sends it: it goes once, however close the two are.</summary>
    private void GiveUp((NodeId From, NodeId To) link, Held held)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(link, out var still) || !ReferenceEquals(still, held)) return;
            _held.Remove(link);
        }
        below.Send(held.Sender, held.To, held.Message);
    }

    private sealed record Held(IActorRef Sender, NodeId To, Message Message);
}
