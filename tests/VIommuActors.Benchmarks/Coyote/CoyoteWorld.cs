using Microsoft.Coyote.Actors;
using VIommuActors.PeerModel;

namespace VIommuActors.Benchmarks.Coyote;

/// <summary>The peer model on Coyote's actors. Coyote makes new actors for every schedule; there is no way to keep them.</summary>
internal sealed class CoyoteWorld
{
    private readonly Queue<Message>[][] _lanes;

    private CoyoteWorld(PeerOptions options, Delivery delivery)
    {
        (Options, Delivery) = (options, delivery);
        VIommu = options.Guests;
        Dummy = VIommu + 1;
        FirstDevice = Dummy + 1;
        Memory = FirstDevice + options.Devices;
        Ids = new ActorId[Memory + 1];
        _lanes = new Queue<Message>[Memory + 1][];
        for (int i = 0; i < _lanes.Length; i++)
        {
            _lanes[i] = delivery == Delivery.Inbox ? [] : [.. Enumerable.Range(0, Memory + 1).Select(_ => new Queue<Message>(4))];
        }
    }

    public PeerOptions Options { get; }

    public Delivery Delivery { get; }

    /// <summary>Guests have the numbers from 0.</summary>
    public int VIommu { get; }

    public int Dummy { get; }

    public int FirstDevice { get; }

    public int Memory { get; }

    public ActorId[] Ids { get; }

    public uint AllDevices => (1u << Options.Devices) - 1;

    /// <summary>One schedule: makes the components and starts every guest.</summary>
    public static void Run(IActorRuntime runtime, PeerOptions options, Delivery delivery)
    {
        var world = new CoyoteWorld(options, delivery);
        for (int i = 0; i < world.Ids.Length; i++)
        {
            var type = i < world.VIommu ? typeof(CoyoteGuest)
                : i == world.VIommu ? typeof(CoyoteVIommu)
                : i == world.Dummy ? typeof(CoyoteDummy)
                : i < world.Memory ? typeof(CoyoteDevice)
                : typeof(CoyoteMemory);
            world.Ids[i] = runtime.CreateActor(type, new Setup(world, i));
        }

        for (int guest = 0; guest < options.Guests; guest++)
        {
            var start = new Message(Kind.Start, guest, guest, 0);
            if (delivery == Delivery.Lanes)
            {
                world.LanesOf(guest)[guest].Enqueue(start);
            }

            runtime.SendEvent(world.Ids[guest], new Packet(start));
        }
    }

    /// <summary>What waits for a component, by sender.</summary>
    public Queue<Message>[] LanesOf(int number) => _lanes[number];

    public uint DeviceBit(int number) => 1u << (number - FirstDevice);

    /// <summary>True for messages that the link may double once, defect D3.</summary>
    public bool MayDouble(Message message) => Options.Defect == PeerDefect.D3 && message.Kind == Kind.DrainComplete;
}
