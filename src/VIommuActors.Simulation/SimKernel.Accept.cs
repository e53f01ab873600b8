using System.Runtime.CompilerServices;
using Akka.Actor;
using VIommuActors.Simulation.Internals;

namespace VIommuActors.Simulation;

public sealed partial class SimKernel
{
    private readonly List<WaitingLane> _stranded = [];
    private bool _restrictions;

    /// <summary>
    /// From the next step on the actor takes messages of one sender only; all others wait in their lanes, in order, until
    /// <see cref="AcceptAll"/>. A new run begins without such restrictions.
    /// </summary>
    /// <remarks>
    /// Selective receive: a wait inside a handler without blocking the thread. Stash is the ordinary way to do that, but it takes
    /// the other messages in steps of their own, so the number and meaning of steps differ. Unstashed messages of other senders wait too.
    /// </remarks>
    /// <param name="actor">The actor that waits, usually the caller itself.</param>
    /// <param name="onlyFrom">The sender it waits for; must be an actor.</param>
    /// <exception cref="ArgumentException">One of them is not a living actor of this system.</exception>
    public void Accept(IActorRef actor, IActorRef onlyFrom)
    {
        int sender = SenderSlot(onlyFrom);
        if (sender == Outside)
        {
            throw new ArgumentException(
                $"{onlyFrom.Path.ToStringWithoutAddress()} is not an actor: it shares its lane with others.", nameof(onlyFrom));
        }

        var queue = QueueOf(actor);
        if (queue.Slot < 0)
        {
            Bind(queue); // or the next run would not know what to lift
        }

        queue.OnlyFrom = sender;
        _restrictions = true;
        Refresh(queue);
    }

    /// <summary>The actor takes messages of every sender again.</summary>
    /// <param name="actor">The actor.</param>
    /// <exception cref="ArgumentException">It is not a living actor of this system.</exception>
    public void AcceptAll(IActorRef actor)
    {
        var queue = QueueOf(actor);
        queue.OnlyFrom = SimQueue.Anyone;
        Refresh(queue);
    }

    /// <summary>The lanes that hold messages, deliverable or not, in canonical order.</summary>
    /// <remarks>At quiescence: what waits for an actor that is suspended or takes messages of another sender only.</remarks>
    public IReadOnlyList<WaitingLane> WaitingLanes()
    {
        var waiting = new List<WaitingLane>();
        for (int slot = 0; PendingMessages > 0 && slot < _queues.Count; slot++)
        {
            if (_queues[slot] is { IsSystem: false, Count: > 0 } queue)
            {
                queue.ListWaiting(waiting);
            }
        }

        return waiting;
    }

    /// <summary>Number of messages that wait for an actor, deliverable or not.</summary>
    /// <param name="receiver">Its slot.</param>
    public int WaitingFor(int receiver) => (uint)receiver < (uint)_queues.Count ? _queues[receiver]?.Count ?? 0 : 0;

    /// <summary>
    /// The lanes whose receiver stopped in this run before it took their next message, each with the first that it did not take; in the
    /// order in which they were left. Known only to runs whose observer is an <see cref="ITouchObserver"/>.
    /// </summary>
    /// <remarks>Such a message is no step, but it could have been handled before the stop.</remarks>
    public IReadOnlyList<WaitingLane> StrandedLanes => _stranded;

    /// <summary>A message waits in a lane whose receiver has stopped.</summary>
    internal void Strand(LaneId lane, long cause, long arrived)
    {
        if (_touches is not null && lane.Receiver > 0 && !_stranded.Exists(known => known.Lane == lane))
        {
            _stranded.Add(new WaitingLane(lane, cause, arrived));
        }
    }

    /// <summary>A message is sent to an actor that has stopped.</summary>
    internal void Strand(IActorRef receiver, IActorRef sender)
    {
        if (_touches is not null && OwnsThread)
        {
            Strand(new LaneId(SlotOf(receiver), SenderSlot(sender)), _cause, Instants);
        }
    }

    private void LiftRestrictions()
    {
        foreach (var queue in _queues)
        {
            if (queue is { OnlyFrom: not SimQueue.Anyone })
            {
                queue.OnlyFrom = SimQueue.Anyone;
                Refresh(queue);
            }
        }

        _restrictions = false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SimQueue QueueOf(IActorRef actor) =>
        _current is { } running && ReferenceEquals(running.Owner, actor) ? running
        : actor is ActorRefWithCell { Underlying: ActorCell { Mailbox.MessageQueue: SimQueue { Closed: false } queue } } ? queue
        : throw new ArgumentException($"{actor.Path.ToStringWithoutAddress()} is not a living actor of this system.", nameof(actor));
}
