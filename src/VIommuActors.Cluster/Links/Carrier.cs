using System.Collections.Immutable;
using Akka.Actor;
using VIommuActors.Wire;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Links;

/// <summary>
/// <c>/user/carrier</c>, one on every node: takes what its halves send to other nodes and hands it over together, a message for each node;
/// takes what other carriers send and hands it to the halves.
/// </summary>
/// <remarks>
/// A message of Akka.Remote costs the same whatever is in it, most of all where it comes alone and each of the threads on its way has to be
/// woken for it; and a machine alone seldom has more than some frames ready at a time. What gets lost here, with a carrier that fails or a
/// half that has ended, is lost as in the network: the links send it again. Whose session a frame is of is the half's to judge, as ever.
/// </remarks>
public sealed class Carrier : UntypedActor, IWithTimers
{
    /// <summary>Name under <c>/user</c>.</summary>
    public const string Name = "carrier";

    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(50);

    private readonly Carriage _carriage;
    private readonly Dictionary<Address, CargoLane> _lanes = [];
    private bool _departs;

    /// <summary>The carrier of a node.</summary>
    public Carrier(Carriage carriage) => _carriage = carriage;

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props of it.</summary>
    public static Props Props(Carriage carriage) => Akka.Actor.Props.Create(() => new Carrier(carriage));

    /// <inheritdoc/>
    protected override void PreStart() => Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, TickEvery);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Freight freight:
                Add(freight);
                break;
            case LinkCargo cargo:
                Deliver(cargo);
                break;
            case CargoTaken taken:
                if (!_lanes.TryGetValue(Sender.Path.Address, out var lane)) break;
                lane.Taken(taken.Number);
                DepartBehindTheRest();
                break;
            case Departure:
                _departs = false;
                Depart();
                break;
            case Tick:
                foreach (var each in _lanes.Values) each.Tick();
                Depart();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Add(Freight freight)
    {
        var address = freight.To.Path.Address;
        if (!_lanes.TryGetValue(address, out var lane)) _lanes.Add(address, lane = new CargoLane());
        if (lane.Add(new CargoPart(freight.Vm, freight.To.Path.Uid, freight.Frames)) is { } full) Send(address, full);
        DepartBehindTheRest();
    }

    private void Deliver(LinkCargo cargo)
    {
        foreach (var part in cargo.Parts)
            _carriage.Find(part.Vm, part.To)?.Tell(new LinkFrames(part.Vm, part.Frames), ActorRefs.NoSender);
        Sender.Tell(new CargoTaken(cargo.Number), Self);
    }

    /// <summary>Behind all that waits in the mailbox now: it goes along.</summary>
    private void DepartBehindTheRest()
    {
        if (_departs) return;
        _departs = true;
        Self.Tell(Departure.Instance, ActorRefs.NoSender);
    }

    private void Depart()
    {
        foreach (var (address, lane) in _lanes)
        {
            if (lane.Depart() is { } cargo) Send(address, cargo);
            // A node that has left is not remembered.
            else if (lane.IsIdle) _lanes.Remove(address);
        }
    }

    private void Send(Address address, LinkCargo cargo) =>
        ((ExtendedActorSystem)Context.System).Provider.ResolveActorRef(new RootActorPath(address) / "user" / Name).Tell(cargo, Self);

    /// <summary>Frames of one half for its peer on another node; never leaves the process.</summary>
    /// <param name="Vm">The machine.</param>
    /// <param name="To">The peer.</param>
    /// <param name="Frames">At most <see cref="WireLimits.Frames"/>, each short enough (<see cref="LinkFrames.Takes"/>).</param>
    public sealed record Freight(int Vm, IActorRef To, ImmutableArray<LinkFrame> Frames);

    private sealed class Departure
    {
        public static Departure Instance { get; } = new();
    }

    private sealed class Tick
    {
        public static Tick Instance { get; } = new();
    }
}
