using Akka.Actor;
using VIommuActors.Exploration;
using VIommuActors.Simulation;

namespace VIommuActors.PeerModel;

/// <summary>Guests, a vIOMMU, a dummy vIOMMU, devices and memory as ordinary actors, created once and reset for every run.</summary>
public sealed class PeerWorld : IWorld
{
    /// <summary>What <see cref="Check"/> reports: a device used a frame that the guest had got back.</summary>
    public const string StaleAccess = "stale-access";

    private readonly List<PeerActor> _actors = [];
    private readonly Guest[] _guestActors;
    private readonly Memory _memory;
    private readonly LaneFaults? _faults;

    /// <summary>Creates the actors of a world in a simulated system; one world per system.</summary>
    public PeerWorld(SimSystem sim, PeerOptions options)
    {
        Options = options;
        Kernel = sim.Kernel;
        Devices = new IActorRef[options.Devices];
        Guests = new IActorRef[options.Guests];
        _guestActors = new Guest[options.Guests];
        for (int g = 0; g < options.Guests; g++)
        {
            int id = g;
            (Guests[g], _guestActors[g]) = Create($"guest-{g}", world => new Guest(world, id));
        }

        (VIommu, _) = Create("viommu", static world => new VIommu(world));
        (Dummy, _) = Create("dummy", static world => new DummyVIommu(world));
        for (int d = 0; d < options.Devices; d++)
        {
            int id = d;
            (Devices[d], _) = Create($"device-{d}", world => new Device(world, id));
        }

        (Memory, _memory) = Create("memory", static world => new Memory(world));
        Kernel.RunMisc();
        _faults = Faults(options);

        (IActorRef, T) Create<T>(string name, Func<PeerWorld, T> make)
            where T : PeerActor
        {
            T? made = null;
            var actor = sim.System.ActorOf(Props.CreateBy(new Producer(typeof(T), () => made = make(this))), name);
            Kernel.Register(actor);
            Kernel.RunMisc();
            _actors.Add(made!);
            return (actor, made!);
        }
    }

    /// <summary>Size and protocol.</summary>
    public PeerOptions Options { get; }

    /// <summary>True when the last run had an access to a freed frame.</summary>
    public bool Stale => _memory.Stale > 0;

    /// <summary>Guests that gave up waiting in the last run.</summary>
    public int TimedOut => _guestActors.Count(guest => guest.TimedOut);

    internal SimKernel Kernel { get; }

    internal IActorRef[] Guests { get; }

    internal IActorRef VIommu { get; }

    internal IActorRef Dummy { get; }

    internal IActorRef[] Devices { get; }

    internal IActorRef Memory { get; }

    internal uint AllDevices => (1u << Options.Devices) - 1;

    /// <inheritdoc/>
    public void Begin(SimKernel kernel)
    {
        foreach (var actor in _actors)
        {
            actor.Reset();
        }

        foreach (var guest in Guests)
        {
            guest.Tell(PeerMessages.Start.Instance, guest);
        }
    }

    /// <inheritdoc/>
    public string? Check() => Stale ? StaleAccess : null;

    /// <inheritdoc/>
    LaneFaults? IWorld.Faults => _faults;

    internal int DeviceIndex(IActorRef device) => Array.IndexOf(Devices, device);

    internal uint DeviceBit(IActorRef device) => 1u << DeviceIndex(device);

    private LaneFaults? Faults(PeerOptions options)
    {
        if (options.Defect == PeerDefect.D3)
        {
            return new LaneFaults((sender, receiver, _) => ReferenceEquals(sender, Dummy) && ReferenceEquals(receiver, VIommu))
            {
                DuplicatesPerLane = 1,
            };
        }

        return options is { DropsPerLink: 0, DuplicatesPerLink: 0 } ? null
            : new LaneFaults(static (_, _, message) => message is PeerMessages.IMayFail)
            {
                DropsPerLane = options.DropsPerLink,
                DuplicatesPerLane = options.DuplicatesPerLink,
            };
    }

    private sealed class Producer(Type type, Func<ActorBase> make) : IIndirectActorProducer
    {
        public Type ActorType => type;

        public ActorBase Produce() => make();

        public void Release(ActorBase actor)
        {
        }
    }
}
