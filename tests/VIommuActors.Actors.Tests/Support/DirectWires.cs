using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.Actors.Tests.Support;

/// <summary>Wires without latency: what is sent is told at once. A timer comes when the test says so, or at once.</summary>
internal sealed class DirectWires(NodeTable table, bool timersAtOnce = false) : IWires
{
    private readonly Lock _lock = new();
    private readonly List<(NodeId To, Message Message)> _log = [];
    private readonly Queue<(IActorRef Self, long DelayNs, Message Message)> _timers = new();
    private readonly List<string> _failures = [];
    private long _now;

    /// <summary>A time that passes with every look at it.</summary>
    public long NowNs => Interlocked.Increment(ref _now);

    /// <summary>Everything sent so far, in the order of the sends.</summary>
    public IReadOnlyList<(NodeId To, Message Message)> Log
    {
        get
        {
            lock (_lock) return [.. _log];
        }
    }

    public IReadOnlyList<string> Failures
    {
        get
        {
            lock (_lock) return [.. _failures];
        }
    }

    public int Timers
    {
        get
        {
            lock (_lock) return _timers.Count;
        }
    }

    public void Send(IActorRef sender, NodeId to, Message message)
    {
        lock (_lock) _log.Add((to, message));
        table[to].Tell(message, sender);
    }

    public void After(IActorRef self, long delayNs, Message message)
    {
        if (timersAtOnce)
        {
            self.Tell(message, self);
            return;
        }
        lock (_lock) _timers.Enqueue((self, delayNs, message));
    }

    public void Failed(NodeId party, Exception reason)
    {
        lock (_lock) _failures.Add($"{table.NameOf(party)}: {reason.GetType().Name}: {reason.Message}");
    }

    /// <summary>The oldest timer comes; returns its delay.</summary>
    public long FireTimer()
    {
        (IActorRef Self, long DelayNs, Message Message) timer;
        lock (_lock) timer = _timers.Dequeue();
        timer.Self.Tell(timer.Message, timer.Self);
        return timer.DelayNs;
    }
}
