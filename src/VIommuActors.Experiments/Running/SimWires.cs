using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Experiments.Figures;
using VIommuActors.Protocols.Messages;
using VIommuActors.Scenarios.Model;
using VIommuActors.Simulation;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Running;

/// <summary>
/// The wires of a simulated machine: every hop costs what the scenario says, faults
/// strike here, and nothing is free that is not free there.
/// </summary>
/// <remarks>
/// A wire keeps the order of what one party sends another. Only memory accesses need help with that, their latency depends on their
/// size; everything else between two parties takes equally long. A delayed message is out of order on purpose, and one that is to be
/// overtaken waits for the next on its link, one at a time on each.
/// </remarks>
internal sealed class SimWires : ISimulatedWires
{
    private readonly SimKernel _kernel;
    private readonly NodeTable _table;
    private readonly long[] _latencies;
    private readonly long _dmaPerPage;
    private readonly MessageFaults? _faults;
    private readonly long[] _lastAccess;
    private readonly ITraceSink? _trace;
    private readonly PlannedLinks? _links;
    private readonly IScheduler _scheduler;
    private readonly Dictionary<(NodeId From, NodeId To), Held> _held = [];

    public SimWires(
        SimSystem system, NodeTable table, int nodes, Timing timing, MessageFaults? faults, MessageMeter meter, ITraceSink? trace,
        PlannedLinks? links = null)
    {
        _links = links;
        _trace = trace is { IsEnabled: true } ? trace : null;
        _kernel = system.Kernel;
        _scheduler = system.System.Scheduler;
        _table = table;
        _faults = faults;
        Meter = meter;
        _dmaPerPage = timing.DmaPerPage;
        _lastAccess = new long[nodes];
        _latencies = new long[Enum.GetValues<Wire>().Length];
        _latencies[(int)Wire.Mmio] = timing.MmioTrap;
        _latencies[(int)Wire.Ioreq] = timing.Ioreq;
        _latencies[(int)Wire.EventChannel] = timing.EventChannel;
        _latencies[(int)Wire.Hypercall] = timing.Hypercall;
        _latencies[(int)Wire.Ats] = timing.Ats;
        _latencies[(int)Wire.DeviceModel] = timing.DeviceModel;
        _latencies[(int)Wire.Doorbell] = timing.Doorbell;
        _latencies[(int)Wire.Interrupt] = timing.Interrupt;
    }

    public MessageMeter Meter { get; }

    /// <summary>The first failure of a party, which ends the run.</summary>
    public Exception? Failure { get; private set; }

    public long NowNs => _kernel.NowNs;

    public void Send(IActorRef sender, NodeId to, Message message)
    {
        Meter.Count(message);
        var due = _kernel.NowNs + _latencies[(int)message.Wire];
        if (message.Wire == Wire.Dma)
        {
            due += _dmaPerPage * message.DataPages;
            ref var last = ref _lastAccess[message.From.Index];
            if (due < last) due = last;
            last = due;
        }
        var target = _table[to];
        if (_faults is not null)
        {
            var fate = _faults.Decide(to, message);
            var link = (message.From, to);
            if (fate.Reorder && IsHolding(link)) fate = default; // one overtakes another; a third is just the next
            if (fate != default)
                _trace?.Note(
                    _kernel.Steps, _kernel.NowNs, "wire", new FateRemark(fate, message, _table.NameOf(message.From), _table.NameOf(to)));
            if (fate.Drop) return;
            if (fate.Reorder)
            {
                Hold(link, due, fate.DelayNs, target, message, sender);
                return;
            }
            if (fate.Duplicate) Deliver(due, to, target, message, sender);
            due += fate.DelayNs;
            Deliver(due, to, target, message, sender, inTurn: fate.DelayNs == 0);
            Release(link, due);
            return;
        }
        Deliver(due, to, target, message, sender);
    }

    /// <summary>Delivers at a time, or later by the link between the halves of the guest.</summary>
    private void Deliver(long dueNs, NodeId to, IActorRef target, Message message, IActorRef sender, bool inTurn = true)
    {
        if (_links is not null && _links.Carry(dueNs, to, target, message, sender, inTurn)) return;
        _kernel.DeliverAt(dueNs, target, message, sender);
    }

    private bool IsHolding((NodeId From, NodeId To) link) => _held.TryGetValue(link, out var held) && held.LatestNs > _kernel.NowNs;

    /// <summary>Keeps a message until the next one on its link has gone ahead, or its time has come.</summary>
    private void Hold((NodeId From, NodeId To) link, long dueNs, long patienceNs, IActorRef target, Message message, IActorRef sender)
    {
        // The scheduler counts in units of 100 ns.
        var ticks = (dueNs + patienceNs - _kernel.NowNs + 99) / 100;
        var timer = _scheduler.ScheduleTellOnceCancelable(TimeSpan.FromTicks(ticks), target, message, sender);
        _held[link] = new Held(target, message, sender, dueNs, _kernel.NowNs + (ticks * 100), timer);
    }

    /// <summary>A message has gone ahead that arrives at <paramref name="dueNs"/>: the one that was held comes right behind it.</summary>
    private void Release((NodeId From, NodeId To) link, long dueNs)
    {
        if (!_held.Remove(link, out var held) || held.LatestNs <= dueNs) return;
        held.Timer.Cancel();
        _kernel.DeliverAt(Math.Max(dueNs, held.DueNs), held.Target, held.Message, held.Sender);
    }

    public void After(IActorRef self, long delayNs, Message message) => _kernel.DeliverAt(_kernel.NowNs + delayNs, self, message, self);

    public void Failed(NodeId party, Exception reason)
    {
        Failure ??= new InvalidOperationException($"{_table.NameOf(party)} failed at step {_kernel.Steps}: {reason.Message}", reason);
        _kernel.Stop();
    }

    /// <summary>A message that the step above it sent does not go as sent. A lost one is in no other line of the trace.</summary>
    private sealed class FateRemark(Fate fate, Message message, string from, string to) : ITraced
    {
        public string Name => fate.Drop ? "lost" : fate.Duplicate ? "doubled" : fate.Reorder ? "reordered" : "delayed";

        public void Describe(ref TraceFields fields)
        {
            fields.AddText("msg", message.Name);
            fields.AddText("from", from);
            fields.AddText("to", to);
        }
    }

    private sealed record Held(IActorRef Target, Message Message, IActorRef Sender, long DueNs, long LatestNs, ICancelable Timer);
}
