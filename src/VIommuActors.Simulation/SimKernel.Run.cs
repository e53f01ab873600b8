using VIommuActors.Simulation.Internals;

namespace VIommuActors.Simulation;

public sealed partial class SimKernel
{
    private IChoice _choice = FirstChoice.Instance;
    private bool _choiceNeedsLanes;
    private IStepObserver? _observer;
    private ITouchObserver? _touches;
    private LaneId[] _lanes = new LaneId[16];
    private bool _running;
    private bool _stopRequested;
    private long _maxSteps;
    private long _maxTimeNs;
    private CancellationToken _cancel;
    private RunEnd _end;

    /// <summary>
    /// Starts a run: clock, step count, timers and timed deliveries begin anew. Create actors and send first messages after it.
    /// </summary>
    /// <param name="choice">Picks the next step.</param>
    /// <param name="observer">Sees every step; null costs nothing.</param>
    /// <exception cref="InvalidOperationException">User messages are still waiting; see <see cref="DropPending"/>.</exception>
    /// <exception cref="SimEscapeException">Something arrived from a foreign thread since the last run.</exception>
    public void BeginRun(IChoice choice, IStepObserver? observer)
    {
        ArgumentNullException.ThrowIfNull(choice);
        RunMisc();
        if (PendingMessages > 0)
        {
            var waiting = _queues.First(q => q is { IsSystem: false, Count: > 0 })!;
            throw new InvalidOperationException(
                $"{PendingMessages} user message(s) wait before the run begins, "
                + $"the first for {waiting.Owner.Path.ToStringWithoutAddress()}. "
                + "Send first messages after BeginRun, or call DropPending to abandon an unfinished run.");
        }

        _timed.Clear();
        NowNs = 0;
        Steps = 0;
        _cause = 0;
        _deadLetters!.Count = 0;
        _unhandled!.Count = 0;
        _callbackErrors.Clear();
        _stopRequested = false;
        _choice = choice;
        _choiceNeedsLanes = choice.NeedsLanes;
        _stepSlot = Outside;
        Instants = 0;
        if (_restrictions)
        {
            LiftRestrictions();
        }

        _stranded.Clear();
        BeginFaults();
        _observer = observer;
        _touches = observer as ITouchObserver;
    }

    /// <summary>Delivers messages until nothing is left or a limit is reached; may be called again with wider limits to go on.</summary>
    /// <param name="maxSteps">Stops when <see cref="Steps"/> has reached this number.</param>
    /// <param name="maxTimeNs">Deliveries due later than this virtual time stay pending; the clock then stays where it is.</param>
    /// <param name="cancel">Ends the run early, as <see cref="Stop"/> does; looked at every few hundred steps.</param>
    /// <exception cref="SimEscapeException">A message, timer or continuation came from a foreign thread.</exception>
    public RunEnd Run(long maxSteps, long maxTimeNs, CancellationToken cancel)
    {
        Enter();
        _maxSteps = maxSteps;
        _maxTimeNs = maxTimeNs;
        _cancel = cancel;
        InsideTask(static kernel => kernel._end = kernel.Loop());
        return _end;
    }

    /// <summary>Ends <see cref="Run"/> after the current step.</summary>
    public void Stop() => _stopRequested = true;

    /// <summary>
    /// The current step reads or writes something that other actors share; told to an <see cref="ITouchObserver"/>, else ignored.
    /// </summary>
    /// <param name="sharedObject">Id of the object, in the caller's numbering.</param>
    /// <param name="write">True for a write.</param>
    public void Touch(long sharedObject, bool write) => _touches?.Touched(sharedObject, write);

    /// <summary>The message that a lane would deliver next, without delivering it; for strategies that look at messages.</summary>
    /// <param name="lane">A lane, enabled or not.</param>
    /// <param name="message">The message.</param>
    /// <param name="cause">Number of the step in which it was sent, 0 from outside.</param>
    /// <returns>False when the lane is empty, or waits behind unstashed messages.</returns>
    public bool TryPeek(LaneId lane, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out object? message, out long cause)
    {
        if ((uint)lane.Receiver < (uint)_queues.Count && _queues[lane.Receiver] is { } queue && queue.TryPeek(lane, out var next))
        {
            message = next.Envelope.Message;
            cause = next.Cause;
            return true;
        }

        message = null;
        cause = 0;
        return false;
    }

    private RunEnd Loop()
    {
        while (true)
        {
            if (_eager.Count > 0 || !_foreign.IsEmpty)
            {
                DrainEager();
            }

            ThrowOnEscape();
            if (_stopRequested)
            {
                _stopRequested = false;
                return RunEnd.Stopped;
            }

            int enabled = _ready.Total;
            if (enabled == 0)
            {
                if (_timed.Count == 0)
                {
                    return RunEnd.Quiescent;
                }

                if (!Advance())
                {
                    return _timed.Count == 0 ? RunEnd.Quiescent : RunEnd.TimeLimit;
                }

                continue;
            }

            if (Steps >= _maxSteps)
            {
                return RunEnd.StepLimit;
            }

            if ((Steps & 255) == 0 && _cancel.IsCancellationRequested)
            {
                return RunEnd.Stopped;
            }

            if (_faults is not null)
            {
                DeliverOrFault(enabled);
                continue;
            }

            int chosen = enabled == 1 ? 0 : Choose(enabled);
            int k = chosen;
            SimQueue queue = _queues[_ready.Find(ref k)]!;
            Deliver(queue, k, enabled, chosen);
        }
    }

    /// <summary>Delivers from the k-th enabled lane of a receiver.</summary>
    private void Deliver(SimQueue queue, int k, int enabled, int chosen, LaneFault fault = LaneFault.None, bool side = false)
    {
        _current = queue;
        _stepSlot = queue.Slot;
        bool exclusive = queue.Exclusive;
        bool unstashed = exclusive && queue.FrontFirst;
        int sender = _observer is null ? Outside : queue.EnabledSender(k);
        Pending taken;
        if (fault != LaneFault.None)
        {
            taken = GrantFaulty(queue, k, fault);
        }
        else
        {
            taken = queue.Grant(k);
            PendingMessages--;
        }

        _cause = ++Steps;
        _observer?.Delivering(new Step(
            Steps, NowNs, queue.Owner, taken.Envelope.Sender, taken.Envelope.Message, taken.Cause, enabled, chosen,
            new LaneId(queue.Slot, sender, fault, side), taken.Arrived, exclusive, unstashed));
        if (fault != LaneFault.None)
        {
            Replaced = null;
            TouchFaultTotal();
        }

        RunMailbox(queue.Mailbox!, queue);
        if (queue.GrantUnused)
        {
            throw new InvalidOperationException($"The mailbox of {queue.Owner.Path} refused a message that was counted as deliverable.");
        }
    }

    private int Choose(int enabled)
    {
        int chosen = _choiceNeedsLanes ? _choice.Next(ListLanes(enabled)) : _choice.Next(enabled);
        CheckChoice(chosen, enabled);
        return chosen;
    }

    private void CheckChoice(int chosen, int enabled)
    {
        if ((uint)chosen >= (uint)enabled)
        {
            throw new InvalidOperationException($"{_choice.GetType().Name} chose lane {chosen} of {enabled}.");
        }
    }

    private ReadOnlySpan<LaneId> ListLanes(int enabled)
    {
        if (_lanes.Length < enabled)
        {
            _lanes = new LaneId[enabled * 2];
        }

        int at = 0;
        for (int slot = _ready.NextReceiver(0); slot >= 0; slot = _ready.NextReceiver(slot + 1))
        {
            SimQueue queue = _queues[slot]!;
            for (int k = 0; k < queue.Reported; k++)
            {
                _lanes[at++] = new LaneId(slot, queue.EnabledSender(k));
            }
        }

        return _lanes.AsSpan(0, enabled);
    }

    /// <summary>
    /// Moves the clock to the next due time and enqueues everything due then. False
    /// when that is beyond the limit, or nothing is left.
    /// </summary>
    private bool Advance()
    {
        // Cancelled entries must not move the clock.
        while (_timed.Count > 0 && _timed.First is { Target: null, Payload: Scheduled { IsCancelled: true } })
        {
            _timed.Take();
        }

        if (_timed.Count == 0 || _timed.FirstDueNs > _maxTimeNs || _timed.FirstDueNs == long.MaxValue)
        {
            return false;
        }

        if (_cancel.IsCancellationRequested)
        {
            _stopRequested = true; // periodic actions alone would never reach a step
            return true;
        }

        long due = _timed.FirstDueNs;
        NowNs = due;
        Instants++;
        _stepSlot = Outside;
        for (int left = _timed.Count; left > 0 && _timed.Count > 0 && _timed.FirstDueNs == due; left--)
        {
            var entry = _timed.Take();
            _cause = entry.Cause;
            if (entry.Target is { } target)
            {
                target.Tell(entry.Payload, entry.Sender);
            }
            else
            {
                Fire((Scheduled)entry.Payload, due);
            }
        }

        return true;
    }

    private void Fire(Scheduled entry, long due)
    {
        if (entry.IsCancelled)
        {
            return;
        }

        if (entry.PeriodNs > 0)
        {
            // Before it fires, so that it can cancel itself and equal times keep their order.
            _timed.Add(long.MaxValue - entry.PeriodNs < due ? long.MaxValue : due + entry.PeriodNs, null, entry, null, _cause);
        }

        try
        {
            entry.Fire();
        }
        catch (Exception error) when (entry.IsCallback)
        {
            _callbackErrors.Add(error);
        }
    }

    /// <summary>Runs kernel work as a task of the kernel's scheduler, so that awaits in plain handlers come back to the kernel.</summary>
    private void InsideTask(Action<SimKernel> work)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _running = true;
        try
        {
            _work = work;
            var task = new Task(static state => ((SimKernel)state!)._work!((SimKernel)state), this);
            task.RunSynchronously(_tasks);
            task.GetAwaiter().GetResult();
        }
        finally
        {
            _running = false;
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
