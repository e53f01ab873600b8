using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime;

/// <summary>
/// <see cref="DirectWires"/> on which the fault rules of a scenario strike, as they do in the simulation: lost, doubled, late, overtaken.
/// </summary>
/// <remarks>
/// Late means by the host's timers, which count in milliseconds: a delay below <see cref="Timers.ShortestNs"/> is none. One message
/// at a time is held on each link until the next one has gone ahead, or its time has come.
/// </remarks>
public sealed class FaultyWires(
    NodeTable table, HostClock clock, IScheduler scheduler, GuestRecord record, MessageFaults faults, Action<NodeId, Exception> failed)
    : IWires
{
    /// <summary>The least that a message waits to be overtaken: timers end to the millisecond.</summary>
    private const long LeastPatienceNs = 1_000_000;

    // Rules draw from streams that one thread uses at a time.
    private readonly Lock _gate = new();
    private readonly Dictionary<(NodeId From, NodeId To), Held> _held = [];

    /// <inheritdoc/>
    public long NowNs => clock.NowNs;

    /// <inheritdoc/>
    public void Send(IActorRef sender, NodeId to, Message message)
    {
        record.Count(message);
        var target = table[to];
        var link = (message.From, to);
        Held? overtaken = null;
        Fate fate;
        lock (_gate)
        {
            fate = faults.Decide(to, message);
            // One overtakes another; a third is just the next.
            if (fate.Reorder && _held.ContainsKey(link)) fate = default;
            if (fate.Drop) return;
            if (fate.Reorder)
            {
                Hold(link, new Held(target, message, sender), fate.DelayNs);
                return;
            }
            _held.Remove(link, out overtaken);
        }
        if (fate.Duplicate) target.Tell(message, sender);
        if (fate.DelayNs > 0 || message is Wake) Timers.After(scheduler, target, fate.DelayNs, message, sender);
        else target.Tell(message, sender);
        overtaken?.Deliver();
    }

    /// <inheritdoc/>
    public void After(IActorRef self, long delayNs, Message message) => Timers.After(scheduler, self, delayNs, message);

    /// <inheritdoc/>
    public void Failed(NodeId party, Exception reason) => failed(party, reason);

    private void Hold((NodeId From, NodeId To) link, Held held, long patienceNs)
    {
        _held.Add(link, held);
        var patience = TimeSpan.FromTicks(Math.Max(LeastPatienceNs, patienceNs) / TimeSpan.NanosecondsPerTick);
        // Whoever takes it off the link delivers it: it comes once, however close the two are.
        scheduler.Advanced.ScheduleOnce(patience, () =>
        {
            lock (_gate)
            {
                if (!_held.TryGetValue(link, out var still) || !ReferenceEquals(still, held)) return;
                _held.Remove(link);
            }
            held.Deliver();
        });
    }

    private sealed class Held(IActorRef target, Message message, IActorRef sender)
    {
        public void Deliver() => target.Tell(message, sender);
    }
}
