using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Simulation;

namespace VIommuActors.Q35.Board;

/// <summary>Wires that cost no time. Timers are kept by the kernel; when they are due is remembered, so that the clock can step to them.</summary>
internal sealed class BoardWires(SimKernel kernel, NodeTable table) : IWires, IRunPosition
{
    private readonly PriorityQueue<long, long> _due = new();

    /// <summary>The first failure of a party, which ends the machine.</summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc/>
    public long NowNs => kernel.NowNs;

    /// <inheritdoc/>
    public long Step => kernel.Steps;

    /// <summary>When the next timer is due; null when none is set.</summary>
    public long? NextDue
    {
        get
        {
            while (_due.TryPeek(out var due, out _) && due <= NowNs) _due.Dequeue();
            return _due.TryPeek(out var next, out _) ? next : null;
        }
    }

    /// <inheritdoc/>
    public void Send(IActorRef sender, NodeId to, Message message) => table[to].Tell(message, sender);

    /// <inheritdoc/>
    public void After(IActorRef self, long delayNs, Message message)
    {
        var due = long.MaxValue - delayNs < NowNs ? long.MaxValue : NowNs + delayNs;
        if (due > NowNs) _due.Enqueue(due, due);
        kernel.DeliverAt(due, self, message, self);
    }

    /// <inheritdoc/>
    public void Failed(NodeId party, Exception reason)
    {
        Failure ??= new InvalidOperationException($"{table.NameOf(party)} failed: {reason.Message}", reason);
        kernel.Stop();
    }
}
