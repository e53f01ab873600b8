using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using VIommuActors.Simulation.Internals;

namespace VIommuActors.Simulation;

/// <summary>Runs the actors of one simulated system: single threaded, in virtual time, one chosen message after the other.</summary>
/// <remarks>
/// A step delivers one user message. Before each step all system work is done (creation, supervision, stop, death watch, continuations of
/// async handlers, the guardians and everything under /system): that order is Akka's, not a choice. Then every actor that can take a
/// message offers one lane per sender, and the strategy picks one. Time moves only when nothing can be delivered.
/// Belongs to the thread that last called <see cref="BeginRun"/>, <see cref="Run"/> or <see cref="RunMisc"/>.
/// </remarks>
public sealed partial class SimKernel
{
    private readonly ReadySet _ready = new();
    private readonly TimedQueue _timed = new();
    private readonly Queue<object> _eager = new();
    private readonly ConcurrentQueue<object> _foreign = new();
    private readonly SimTaskScheduler _tasks;
    private readonly List<string> _escapes = [];
    private readonly List<Exception> _callbackErrors = [];
    private volatile bool _escaped;
    private int _owner = Environment.CurrentManagedThreadId;
    private SimQueue? _current;
    private ActorSystem? _system;
    private CountingRef? _deadLetters;
    private CountingRef? _unhandled;
    private long _cause;
    private Action<SimKernel>? _work; // of the task that runs
    private int _stepSlot; // whose step the work done now belongs to; 0 before the first one and when time has moved

    internal SimKernel() => _tasks = new SimTaskScheduler(this);

    /// <summary>Virtual time in nanoseconds since the start of the run.</summary>
    public long NowNs { get; private set; }

    /// <summary>User messages delivered in this run; while an actor handles one, also the number of that step.</summary>
    public long Steps { get; private set; }

    /// <summary>
    /// How often time has moved in this run, to the same time included. Everything
    /// before such a moment happened before everything after it.
    /// </summary>
    public long Instants { get; private set; }

    /// <summary>User messages that wait in mailboxes, deliverable or not (an actor may be suspended).</summary>
    public int PendingMessages { get; private set; }

    /// <summary>
    /// Timed deliveries, timers and scheduled actions that are still to come; cancelled ones may be counted until their time.
    /// </summary>
    public int PendingTimed => _timed.Count;

    /// <summary>Messages of this run that found no living receiver.</summary>
    public long DeadLetters => _deadLetters!.Count;

    /// <summary>Messages of this run that their receiver had no handler for.</summary>
    public long UnhandledMessages => _unhandled!.Count;

    /// <summary>What scheduled actions and timer callbacks of this run threw. As with Akka's own scheduler the run goes on.</summary>
    public IReadOnlyList<Exception> CallbackErrors => _callbackErrors;

    /// <summary>What reached the system from a foreign thread since it was created: message type and receiver.</summary>
    public IReadOnlyList<string> Escapes
    {
        get
        {
            lock (_escapes)
            {
                return [.. _escapes];
            }
        }
    }

    internal IActorRef Nobody => _system?.DeadLetters!;

    internal bool OwnsThread => Environment.CurrentManagedThreadId == _owner;

    /// <summary>Delivers a message at a virtual time, into the target's lane of that sender. Allocates nothing.</summary>
    /// <param name="dueNs">
    /// Virtual time in nanoseconds, not before <see cref="NowNs"/>. Equal times keep the order of the calls within a lane.
    /// </param>
    /// <param name="target">The receiver.</param>
    /// <param name="message">The message.</param>
    /// <param name="sender">The sender of the envelope; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time has passed.</exception>
    public void DeliverAt(long dueNs, IActorRef target, object message, IActorRef? sender)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueNs, NowNs);
        if (CheckThread(message, target))
        {
            if (_touches is not null && _stepSlot != Outside)
            {
                ReportForeignSend(target, sender);
            }

            _timed.Add(dueNs, target, message, sender, _cause);
        }
    }

    /// <summary>Does pending system work (boot, spawn, stop) outside a run. User messages stay where they are.</summary>
    /// <exception cref="SimEscapeException">Something arrived from a foreign thread.</exception>
    public void RunMisc()
    {
        Enter();
        if (_eager.Count > 0 || !_foreign.IsEmpty)
        {
            InsideTask(static kernel => kernel.DrainEager());
        }

        ThrowOnEscape();
    }

    /// <summary>Forgets all waiting user messages, timed deliveries and timers: what remains of a run that was not finished.</summary>
    /// <returns>How many user messages were dropped.</returns>
    public int DropPending()
    {
        Enter();
        _timed.Clear();
        int dropped = 0;
        for (int slot = 0; slot < _queues.Count && PendingMessages > 0; slot++)
        {
            int cleared = _queues[slot]?.Clear() ?? 0;
            dropped += cleared;
            PendingMessages -= cleared;
        }

        return dropped;
    }

    internal void Attach(ActorSystem system)
    {
        _system = system;
        var provider = ((ExtendedActorSystem)system).Provider;
        _deadLetters = new CountingRef(provider.RootPath / "simulation" / "dead-letters", provider);
        _unhandled = new CountingRef(provider.RootPath / "simulation" / "unhandled", provider);
        system.EventStream.Subscribe(_deadLetters, typeof(DeadLetter));
        system.EventStream.Subscribe(_unhandled, typeof(UnhandledMessage));
        RunMisc();
    }

    internal void Enqueue(SimQueue queue, in Envelope envelope)
    {
        if (!CheckThread(envelope.Message, queue.Owner))
        {
            return;
        }

        if (queue.IsSystem)
        {
            queue.Add(envelope, _cause, Instants);
            _eager.Enqueue(queue);
            return;
        }

        if (queue.Slot < 0)
        {
            Bind(queue);
        }

        if (_touches is not null && _stepSlot != Outside)
        {
            ReportForeignSend(queue.Owner, envelope.Sender);
        }

        queue.Add(envelope, _cause, Instants);
        PendingMessages++;
        Refresh(queue);
    }

    internal void EnqueueFirst(SimQueue queue, in Envelope envelope)
    {
        if (queue.IsSystem)
        {
            Enqueue(queue, envelope);
            return;
        }

        if (queue.Slot < 0)
        {
            Bind(queue);
        }

        queue.AddFirst(envelope, _cause, Instants);
        PendingMessages++;
        Refresh(queue);
    }

    /// <summary>System work: a mailbox run, a scheduled action, a task continuation.</summary>
    internal void EnqueueEager(object work)
    {
        if (OwnsThread)
        {
            _eager.Enqueue(work);
            return;
        }

        if (work is Task)
        {
            Escape("task continuation", null);
        }

        _foreign.Enqueue(work); // still to be done, or actors could never stop; the escape fails the run
    }

    /// <summary>
    /// Updates the ready set after a change of the queue; the queue whose actor is running is updated when it has finished.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Refresh(SimQueue queue)
    {
        int enabled = queue.EnabledLanes;
        if (enabled != queue.Reported && !ReferenceEquals(queue, _current))
        {
            Report(queue, enabled);
        }
    }

    /// <summary>
    /// The queue's actor has stopped: its waiting messages are dead letters, its slot stays taken until the end of the world.
    /// </summary>
    internal void Closing(SimQueue queue)
    {
        if (!queue.IsSystem)
        {
            PendingMessages -= queue.Count;
        }
    }

    internal void Schedule(long delayNs, Scheduled entry)
    {
        if (CheckThread(entry, null))
        {
            if (_touches is not null && _stepSlot != Outside && entry.Receiver is { } receiver)
            {
                ReportForeignSend(receiver, entry.Sender);
            }

            _timed.Add(long.MaxValue - delayNs < NowNs ? long.MaxValue : NowNs + delayNs, null, entry, null, _cause);
        }
    }

    /// <summary>False, and an escape recorded, on a foreign thread.</summary>
    internal bool CheckThread(object message, IActorRef? receiver)
    {
        if (OwnsThread)
        {
            return true;
        }

        Escape(message.GetType().Name, receiver);
        return false;
    }

    /// <summary>A lane that more than one actor appends to is shared between them, and its order is made by their steps.</summary>
    private void ReportForeignSend(IActorRef receiver, IActorRef? sender)
    {
        int senderSlot = sender is null ? Outside : SenderSlot(sender);
        if (senderSlot == Outside)
        {
            _touches!.Touched(SharedObject.OutsideLane(SenderSlot(receiver)), write: true);
        }
        else if (senderSlot != _stepSlot)
        {
            _touches!.Touched(SharedObject.ActorState(senderSlot), write: true);
        }
    }

    private void Report(SimQueue queue, int enabled)
    {
        if (queue.Slot >= 0)
        {
            _ready.Add(queue.Slot, enabled - queue.Reported);
            queue.Reported = enabled;
        }
    }

    private void Escape(string what, IActorRef? receiver)
    {
        lock (_escapes)
        {
            _escapes.Add(receiver is null ? what : $"{what} to {receiver.Path.ToStringWithoutAddress()}");
        }

        _escaped = true;
    }

    private void ThrowOnEscape()
    {
        if (!_escaped)
        {
            return;
        }

        _escaped = false; // told once; Escapes keeps them
        throw SimEscapeException.Naming(Escapes);
    }

    private void Enter()
    {
        if (_running)
        {
            throw new InvalidOperationException("The kernel is already running: an actor must not drive it.");
        }

        _owner = Environment.CurrentManagedThreadId;
        if (_current is { } interrupted)
        {
            // An observer or strategy threw in the middle of its step: that message is lost with the run.
            _current = null;
            interrupted.Revoke();
            Refresh(interrupted);
        }
    }

    private void DrainEager()
    {
        while (true)
        {
            while (_eager.TryDequeue(out object? work))
            {
                Do(work);
            }

            if (_foreign.IsEmpty || !_foreign.TryDequeue(out object? late))
            {
                return;
            }

            _eager.Enqueue(late);
        }
    }

    private void Do(object work)
    {
        switch (work)
        {
            case Mailbox mailbox:
                RunMailbox(mailbox);
                break;
            case SimQueue { Count: > 0, Open: true, Mailbox: { } mailbox } queue:
                queue.Grant(0);
                RunMailbox(mailbox);
                break;
            case IRunnable runnable:
                runnable.Run();
                break;
            case Task task:
                _tasks.Execute(task);
                break;
        }
    }

    private void RunMailbox(Mailbox mailbox)
    {
        if (mailbox.MessageQueue is not SimQueue queue)
        {
            mailbox.Run();
            return;
        }

        queue.Mailbox = mailbox;
        if (_touches is not null && _stepSlot != Outside && queue.Slot > 0 && queue.Slot != _stepSlot)
        {
            _touches.Touched(SharedObject.ActorState(queue.Slot), write: true);
        }

        RunMailbox(mailbox, queue);
    }

    /// <summary>
    /// Runs a mailbox with the message granted to it, or for its system messages only; see <see cref="SimQueue"/> for Open.
    /// </summary>
    private void RunMailbox(Mailbox mailbox, SimQueue queue)
    {
        _current = queue;
        queue.Open = false;
        mailbox.Run();
        _current = null;
        int enabled = queue.EnabledLanes;
        if (enabled != queue.Reported)
        {
            Report(queue, enabled);
        }

        if (queue.IsSystem && queue.Open && queue.Count > 0)
        {
            _eager.Enqueue(queue);
        }
    }
}
