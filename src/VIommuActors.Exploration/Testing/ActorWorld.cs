using Akka.Actor;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Testing;

/// <summary>Where a program under search creates its actors, anew for every schedule.</summary>
public sealed class ActorWorld
{
    private readonly SimSystem _system;
    private readonly List<IActorRef> _actors = [];

    internal ActorWorld(SimSystem system) => _system = system;

    /// <summary>The actor system; an ordinary one, apart from its scheduler, dispatchers and mailboxes.</summary>
    public ActorSystem System => _system.System;

    /// <summary>Delivers the messages; for timed deliveries and for memory that actors share (<see cref="SimKernel.Touch"/>).</summary>
    public SimKernel Kernel => _system.Kernel;

    /// <summary>The virtual clock for code that takes a <see cref="global::System.TimeProvider"/>.</summary>
    public TimeProvider TimeProvider => _system.TimeProvider;

    /// <summary>
    /// Starts a top-level actor. Its constructor and <c>PreStart</c> run now, and so do those of the children it creates there; messages
    /// wait for the search. It is stopped at the end of the schedule.
    /// </summary>
    /// <param name="props">How to make it.</param>
    /// <param name="name">Its name in the report; the same in every schedule.</param>
    public IActorRef ActorOf(Props props, string name)
    {
        var actor = System.ActorOf(props, name);
        _actors.Add(actor);
        Kernel.RunMisc();
        Register(actor);
        return actor;
    }

    internal void Stop()
    {
        for (int i = _actors.Count - 1; i >= 0; i--)
        {
            System.Stop(_actors[i]);
        }

        _actors.Clear();
    }

    // Akka keeps children by the hash of their names, which differs between processes.
    private void Register(IActorRef actor)
    {
        Kernel.Register(actor);
        if (actor is not ActorRefWithCell withCell)
        {
            return;
        }

        foreach (var child in withCell.Children.OrderBy(child => child.Path.Name, StringComparer.Ordinal))
        {
            Register(child);
        }
    }
}
