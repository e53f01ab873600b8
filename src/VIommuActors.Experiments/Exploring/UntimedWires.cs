using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Experiments.Figures;
using VIommuActors.Experiments.Running;
using VIommuActors.Protocols.Messages;
using VIommuActors.Simulation;

namespace VIommuActors.Experiments.Exploring;

/// <summary>
/// The wires of a machine that is searched: a message can be delivered as soon as it is sent, so any two that no lane orders can come
/// in either order. Only timers wait, until nothing else can happen.
/// </summary>
/// <remarks>
/// Until the guest has started up, messages are delivered one at a time in the order in which they were sent: attaching emulators and
/// the driver's start-up offer no choice, and every schedule begins with the same machine ready for work.
/// </remarks>
internal sealed class UntimedWires(SimKernel kernel, NodeTable table, MessageMeter meter) : ISimulatedWires
{
    private long _next;

    /// <summary>The guest has started up.</summary>
    public bool IsWorking { get; private set; }

    public Exception? Failure { get; private set; }

    public long NowNs => kernel.NowNs;

    public void Send(IActorRef sender, NodeId to, Message message)
    {
        meter.Count(message);
        if (IsWorking) table[to].Tell(message, sender);
        else kernel.DeliverAt(_next = Math.Max(_next, kernel.NowNs) + 1, table[to], message, sender);
    }

    public void After(IActorRef self, long delayNs, Message message) => kernel.DeliverAt(kernel.NowNs + delayNs, self, message, self);

    public void WorkBegins()
    {
        IsWorking = true;
        // What start-up still has under way, such as the wake-up of another vCPU, is part of the work from here on.
        kernel.Expedite(_next);
    }

    public void Failed(NodeId party, Exception reason)
    {
        Failure ??= new InvalidOperationException($"{table.NameOf(party)} failed at step {kernel.Steps}: {reason.Message}", reason);
        kernel.Stop();
    }
}
