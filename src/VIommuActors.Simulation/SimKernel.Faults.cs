using Akka.Actor;
using VIommuActors.Simulation.Internals;

namespace VIommuActors.Simulation;

public sealed partial class SimKernel
{
    private const int ChoicesPerLane = 6; // the plain delivery and each fault
    private LaneFaults? _faults;
    private int _faultsLeft;

    /// <summary>
    /// Faults that runs may have, as further choices on their lanes; null (the default) for none. Read when a run begins.
    /// </summary>
    public LaneFaults? Faults { get; set; }

    /// <summary>
    /// While an observer sees a step of <see cref="LaneFault.Crash"/>: the message that is lost, whose lane and cause the step names.
    /// Otherwise null.
    /// </summary>
    public object? Replaced { get; private set; }

    private void BeginFaults()
    {
        _faults = Faults;
        if (_faults is null)
        {
            return;
        }

        _faultsLeft = _faults.Total;
        Replaced = null;
        foreach (var queue in _queues)
        {
            queue?.ForgetFaults();
        }
    }

    /// <summary>As <see cref="Deliver"/>, with faults among the choices.</summary>
    private void DeliverOrFault(int lanes)
    {
        int offered = ListFaultyLanes(lanes);
        int chosen = 0;
        if (offered > 1)
        {
            chosen = _choiceNeedsLanes ? _choice.Next(_lanes.AsSpan(0, offered)) : _choice.Next(offered);
            CheckChoice(chosen, offered);
        }

        LaneId lane = _lanes[chosen];
        SimQueue queue = _queues[lane.Receiver]!;
        int k = 0;
        while (!queue.FrontFirst && (queue.EnabledLane(k).SenderSlot != lane.Sender || queue.EnabledLane(k).IsSide != lane.Side))
        {
            k++;
        }

        if (lane.Fault != LaneFault.None)
        {
            _faultsLeft--;
        }

        if (lane.Fault is LaneFault.Drop or LaneFault.Reorder or LaneFault.Delay)
        {
            Withhold(queue, k, offered, chosen);
        }
        else
        {
            Deliver(queue, k, offered, chosen, lane.Fault, lane.Side);
        }
    }

    /// <summary>Counts a fault in which the receiver handles something, and grants that to its mailbox.</summary>
    private Pending GrantFaulty(SimQueue queue, int k, LaneFault fault)
    {
        if (fault == LaneFault.Duplicate)
        {
            queue.EnabledLane(k).Main.Duplicates++;
            return queue.GrantCopy(k);
        }

        queue.Crashes++;
        object crash = _faults!.CrashWith(queue.Owner)
            ?? throw new InvalidOperationException($"{queue.Owner.Path.ToStringWithoutAddress()} could crash a moment ago and cannot now.");
        Pending taken = queue.Grant(k);
        PendingMessages--;
        Replaced = taken.Envelope.Message;
        taken.Envelope = new Envelope(crash, Nobody);
        queue.Regrant(taken.Envelope);
        return taken;
    }

    /// <summary>A step in which the receiver handles nothing: its message is lost, set aside or sent on its way again.</summary>
    private void Withhold(SimQueue queue, int k, int offered, int chosen)
    {
        LaneId id = _lanes[chosen];
        Lane lane = queue.EnabledLane(k);
        bool exclusive = queue.Exclusive;
        var taken = queue.Grant(k);
        queue.Revoke();
        PendingMessages--;
        _stepSlot = queue.Slot;
        _cause = ++Steps;
        _observer?.Delivering(new Step(
            Steps, NowNs, queue.Owner, taken.Envelope.Sender, taken.Envelope.Message, taken.Cause, offered, chosen,
            id, taken.Arrived, exclusive));
        TouchFaultTotal();
        switch (id.Fault)
        {
            case LaneFault.Drop:
                lane.Main.Drops++;
                break;
            case LaneFault.Reorder:
                lane.Main.Reorders++;
                queue.AddAside(lane, taken.Envelope, _cause, Instants);
                PendingMessages++;
                break;
            default:
                // Behind whatever else is due then: its sender may add to that independently of this step.
                lane.Main.Delays++;
                long due = long.MaxValue - _faults!.DelayNs < NowNs ? long.MaxValue : NowNs + _faults.DelayNs;
                _timed.AddLate(due, queue.Owner, taken.Envelope.Message, taken.Envelope.Sender, _cause);
                break;
        }

        Refresh(queue);
    }

    private void TouchFaultTotal()
    {
        if (_faults!.Total != int.MaxValue)
        {
            _touches?.Touched(SharedObject.FaultTotal, write: true);
        }
    }

    private int ListFaultyLanes(int lanes)
    {
        if (_lanes.Length < lanes * ChoicesPerLane)
        {
            _lanes = new LaneId[lanes * ChoicesPerLane * 2];
        }

        int at = 0;
        for (int slot = _ready.NextReceiver(0); slot >= 0; slot = _ready.NextReceiver(slot + 1))
        {
            SimQueue queue = _queues[slot]!;
            bool faultless = _faultsLeft <= 0 || queue.FrontFirst;
            bool canCrash = !faultless && queue.Crashes < _faults!.CrashesPerReceiver && _faults.CrashWith(queue.Owner) is not null;
            for (int k = 0; k < queue.Reported; k++)
            {
                if (queue.FrontFirst)
                {
                    _lanes[at++] = new LaneId(slot, queue.EnabledSender(k));
                    continue;
                }

                Lane lane = queue.EnabledLane(k);
                _lanes[at++] = new LaneId(slot, lane.SenderSlot, LaneFault.None, lane.IsSide);
                if (!faultless)
                {
                    at = ListFaults(queue, lane, canCrash, at);
                }
            }
        }

        return at;
    }

    /// <summary>Adds the faults that the first message of a lane may suffer now.</summary>
    private int ListFaults(SimQueue queue, Lane lane, bool canCrash, int at)
    {
        Lane main = lane.Main;
        var kinds = (main.Drops < _faults!.DropsPerLane ? LaneFaultKinds.Drop : 0)
            | (main.Duplicates < _faults.DuplicatesPerLane ? LaneFaultKinds.Duplicate : 0)
            | (main.Reorders < _faults.ReordersPerLane && !lane.IsSide ? LaneFaultKinds.Reorder : 0)
            | (main.Delays < _faults.DelaysPerLane ? LaneFaultKinds.Delay : 0)
            | (canCrash ? LaneFaultKinds.Crash : 0);
        if (kinds == LaneFaultKinds.None)
        {
            return at;
        }

        kinds &= _faults.Applying(lane.First.Envelope.Sender, queue.Owner, lane.First.Envelope.Message);
        for (var fault = LaneFault.Drop; fault <= LaneFault.Crash; fault++)
        {
            if (((int)kinds & (1 << ((int)fault - 1))) != 0)
            {
                _lanes[at++] = new LaneId(queue.Slot, lane.SenderSlot, fault, lane.IsSide);
            }
        }

        return at;
    }
}
