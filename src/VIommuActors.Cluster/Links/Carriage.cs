using System.Collections.Concurrent;
using Akka.Actor;

namespace VIommuActors.Cluster.Links;

/// <summary>
/// What a node's halves share to send frames together: its carrier, and who lives here that frames can be for. One for each actor system;
/// any thread.
/// </summary>
public sealed class Carriage : IExtension
{
    // A path that came without a number has this one.
    private const long NoUid = ActorCell.UndefinedUid;

    private readonly ConcurrentDictionary<(int Vm, long Uid), IActorRef> _here = new();
    private readonly Address _self;

    private Carriage(ExtendedActorSystem system)
    {
        _self = system.Provider.DefaultAddress;
        Carrier = system.ActorOf(Links.Carrier.Props(this), Links.Carrier.Name);
    }

    /// <summary>The carrier of this node.</summary>
    public IActorRef Carrier { get; }

    /// <summary>Halves that live here and have a peer elsewhere.</summary>
    public int Count => _here.Count;

    /// <summary>That of an actor system; made, with its carrier, when first asked for.</summary>
    public static Carriage Of(ActorSystem system) => system.WithExtension<Carriage, Provider>();

    /// <summary>
    /// Whether frames for this half can go by carrier: it is in another process, and has the number that it is found by there.
    /// </summary>
    public bool Reaches(IActorRef half) => half.Path.Uid != NoUid && IsElsewhere(half.Path.Address);

    /// <summary>From now on what comes for this half is handed to it.</summary>
    public void Enter(int vm, IActorRef half) => _here[(vm, half.Path.Uid)] = half;

    /// <summary>Nothing more is.</summary>
    public void Leave(int vm, IActorRef half) => _here.TryRemove((vm, half.Path.Uid), out _);

    /// <summary>The half of that machine with that number; null for one that has never been here, or has ended.</summary>
    public IActorRef? Find(int vm, long uid) => _here.GetValueOrDefault((vm, uid));

    private bool IsElsewhere(Address address) => address.HasGlobalScope && !address.Equals(_self);

    private sealed class Provider : ExtensionIdProvider<Carriage>
    {
        public override Carriage CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
