using Akka.Actor;
using VIommuActors.Simulation.Internals;

namespace VIommuActors.Simulation;

public sealed partial class SimKernel
{
    private const int Outside = 0;
    private readonly List<SimQueue?> _queues = [null]; // slot → queue; slot 0 is everyone who is not an actor
    private readonly Dictionary<IActorRef, int> _slots = new(ReferenceEqualityComparer.Instance);
    private int _worldFrom = -1;

    /// <summary>
    /// Reserves the next slot for an actor, so that the order of choices follows the way
    /// a world is built and not the order of first messages.
    /// </summary>
    /// <returns>The actor's slot; the one it had when it was known already.</returns>
    public int Register(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!_slots.TryGetValue(actor, out int slot))
        {
            slot = _queues.Count;
            _slots.Add(actor, slot);
            _queues.Add(null);
        }

        return slot;
    }

    /// <summary>Slot of an actor; 0 for one that was never registered, received or sent, and for everyone who is not an actor.</summary>
    public int SlotOf(IActorRef? actor) => actor is null ? Outside : _slots.GetValueOrDefault(actor, Outside);

    /// <summary>Number of slots in use; the next actor gets this one.</summary>
    public int SlotCount => _queues.Count;

    /// <summary>Slots from here on belong to a world that <see cref="EndWorld"/> forgets; those assigned before are permanent.</summary>
    /// <exception cref="InvalidOperationException">The last world has not ended.</exception>
    public void BeginWorld()
    {
        if (_worldFrom >= 0)
        {
            throw new InvalidOperationException("The last world has not ended.");
        }

        RunMisc();
        _worldFrom = _queues.Count;
    }

    /// <summary>
    /// Drops what the world left behind, finishes stopping its actors and forgets their slots. Stop its root actor before.
    /// </summary>
    /// <exception cref="InvalidOperationException">No world has begun, or one of its actors is still alive.</exception>
    public void EndWorld()
    {
        if (_worldFrom < 0)
        {
            throw new InvalidOperationException("No world has begun.");
        }

        DropPending();
        RunMisc();
        DropPending(); // what PostStop sent
        var world = _slots.Where(pair => pair.Value >= _worldFrom).OrderBy(pair => pair.Value).Select(pair => pair.Key).ToList();
        if (world.Find(IsAlive) is { } alive)
        {
            throw new InvalidOperationException($"{alive.Path.ToStringWithoutAddress()} is still alive at the end of its world.");
        }

        world.ForEach(actor => _slots.Remove(actor));
        _queues.RemoveRange(_worldFrom, _queues.Count - _worldFrom);
        foreach (var queue in _queues)
        {
            queue?.ForgetSendersFrom(_worldFrom);
        }

        _worldFrom = -1;
    }

    /// <summary>Slot of a sender, assigned now if it is an actor without one.</summary>
    internal int SenderSlot(IActorRef sender) =>
        sender is not ActorRefWithCell ? Outside
        : _slots.TryGetValue(sender, out int slot) ? slot
        : Register(sender);

    /// <summary>A stopped actor's cell has Akka's dead-letter mailbox; actors of other systems are not ours to judge.</summary>
    private static bool IsAlive(IActorRef actor) =>
        actor is ActorRefWithCell { Underlying: ActorCell { Mailbox.MessageQueue: SimQueue { Closed: false } } };

    private void Bind(SimQueue queue)
    {
        queue.Slot = Register(queue.Owner);
        _queues[queue.Slot] = queue;
        queue.Reported = 0;
    }
}
