using VIommuActors.Simulation.Internals;

namespace VIommuActors.Simulation;

public sealed partial class SimKernel
{
    private LaneFaults? _faults;
    private int _faultsLeft;

    /// <summary>
    /// Faults that runs may have, as further choices on their lanes; null (the default) for none. Read when a run begins.
    /// </summary>
    public LaneFaults? Faults { get; set; }

    private void BeginFaults()
    {
        _faults = Faults;
        if (_faults is null)
        {
            return;
        }

        _faultsLeft = _faults.Total;
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
        while (queue.EnabledSender(k) != lane.Sender)
        {
            k++;
        }

        if (lane.Fault == LaneFault.None)
        {
            Deliver(queue, k, offered, chosen);
            return;
        }

        Lane faulty = queue.EnabledLane(k);
        _faultsLeft--;
        if (lane.Fault == LaneFault.Duplicate)
        {
            faulty.Duplicates++;
            Deliver(queue, k, offered, chosen, LaneFault.Duplicate);
        }
        else
        {
            faulty.Drops++;
            Lose(queue, k, offered, chosen);
        }
    }

    private void Lose(SimQueue queue, int k, int offered, int chosen)
    {
        bool exclusive = queue.Exclusive;
        var lost = queue.Grant(k);
        queue.Revoke();
        PendingMessages--;
        _stepSlot = queue.Slot;
        _cause = ++Steps;
        _observer?.Delivering(new Step(
            Steps, NowNs, queue.Owner, lost.Envelope.Sender, lost.Envelope.Message, lost.Cause, offered, chosen,
            new LaneId(queue.Slot, SenderSlot(lost.Envelope.Sender), LaneFault.Drop), lost.Arrived, exclusive));
        TouchFaultTotal();
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
        if (_lanes.Length < lanes * 3)
        {
            _lanes = new LaneId[lanes * 6];
        }

        int at = 0;
        for (int slot = _ready.NextReceiver(0); slot >= 0; slot = _ready.NextReceiver(slot + 1))
        {
            SimQueue queue = _queues[slot]!;
            for (int k = 0; k < queue.Reported; k++)
            {
                int sender = queue.EnabledSender(k);
                _lanes[at++] = new LaneId(slot, sender);
                if (_faultsLeft <= 0 || queue.FrontFirst)
                {
                    continue;
                }

                Lane lane = queue.EnabledLane(k);
                bool drop = lane.Drops < _faults!.DropsPerLane;
                bool duplicate = lane.Duplicates < _faults.DuplicatesPerLane;
                if ((drop || duplicate)
                    && _faults.Applies(lane.First.Envelope.Sender, queue.Owner, lane.First.Envelope.Message))
                {
                    if (drop)
                    {
                        _lanes[at++] = new LaneId(slot, sender, LaneFault.Drop);
                    }

                    if (duplicate)
                    {
                        _lanes[at++] = new LaneId(slot, sender, LaneFault.Duplicate);
                    }
                }
            }
        }

        return at;
    }
}
