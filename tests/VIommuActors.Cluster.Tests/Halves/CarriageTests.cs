using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Serilog;
using VIommuActors.Cluster.Halves;
using VIommuActors.Cluster.Links;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Runs;
using VIommuActors.Protocols.Messages;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Tests.Halves;

/// <summary>
/// A hypervisor's half, and another process as far as it can see: an actor system of its own, in which the test is the device model and the
/// carrier.
/// </summary>
public sealed class CarriageTests : IAsyncLifetime
{
    private const int Vm = 0;

    private readonly ActorSystem _here = Remoting(), _there = Remoting();
    private readonly BlockingCollection<object> _byCarrier = [], _directly = [];
    private IActorRef _half = ActorRefs.Nobody, _model = ActorRefs.Nobody, _carrier = ActorRefs.Nobody;
    private RunOnNode? _run;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _here.Terminate();
        await _there.Terminate();
        _byCarrier.Dispose();
        _directly.Dispose();
    }

    [Fact]
    public void Frames_for_a_peer_that_takes_cargo_go_by_carrier_under_its_number()
    {
        Start(link: 2);
        var cargo = Next<LinkCargo>(_byCarrier, sends: true);
        Assert.Equal(1, cargo.Number);
        var part = cargo.Parts[0];
        Assert.Equal((Vm, _model.Path.Uid), (part.Vm, part.To));
        Assert.Equal(1, part.Frames[0].Sequence);
        Assert.DoesNotContain(_directly, message => message is LinkFrame or LinkFrames);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Frames_for_a_peer_of_an_earlier_version_go_to_itself(int link)
    {
        Start(link);
        var frames = Next<object>(_directly, message => message is LinkFrame or LinkFrames, sends: true);
        Assert.Equal(1, frames is LinkFrames together ? together.Frames[0].Sequence : ((LinkFrame)frames).Sequence);
        if (link == 0) Assert.IsType<LinkFrame>(frames);
        Assert.Empty(_byCarrier);
    }

    [Fact]
    public void A_half_is_handed_what_comes_for_it_by_carrier_and_acknowledges_it()
    {
        Start(link: 2);
        Next<LinkCargo>(_byCarrier, sends: true);
        Deliver(number: 7, _half.Path.Uid, session: 1);
        Assert.Equal(7, Next<CargoTaken>(_byCarrier).Number);
        // What came by carrier is numbered as if it had come by itself.
        Assert.Equal(1, Next<LinkAck>(_directly, ack => ack.Acked > 0).Acked);
    }

    [Fact]
    public void Frames_of_another_session_are_refused_though_a_carrier_brings_them()
    {
        Start(link: 2);
        Next<LinkCargo>(_byCarrier, sends: true);
        Deliver(number: 1, _half.Path.Uid, session: 2);
        Until(() => _run!.Counters.FramesRefused == 1);
    }

    [Fact]
    public void Frames_of_a_session_that_is_closed_are_refused_and_their_sender_is_told()
    {
        Start(link: 2);
        Next<LinkCargo>(_byCarrier, sends: true);
        _half.Tell(new LinkRefused(Vm, 1), ActorRefs.NoSender);
        Next<CloseSession>(_directly);
        Deliver(number: 1, _half.Path.Uid, session: 1);
        Next<LinkRefused>(_directly);
        Assert.Equal(1, _run!.Counters.FramesRefused);
    }

    [Fact]
    public void What_is_for_nobody_here_is_taken_and_goes_nowhere()
    {
        Start(link: 2);
        Next<LinkCargo>(_byCarrier, sends: true);
        Deliver(number: 1, _half.Path.Uid + 1, session: 2);
        Deliver(number: 2, _half.Path.Uid, session: 2, vm: Vm + 1);
        Assert.Equal(1, Next<CargoTaken>(_byCarrier).Number);
        Assert.Equal(2, Next<CargoTaken>(_byCarrier).Number);
        Deliver(number: 3, _half.Path.Uid, session: 2);
        Until(() => _run!.Counters.FramesRefused > 0);
        Assert.Equal(1, _run!.Counters.FramesRefused);
    }

    [Fact]
    public void A_half_that_has_ended_is_forgotten()
    {
        Start(link: 2);
        Next<LinkCargo>(_byCarrier, sends: true);
        Assert.Equal(1, Carriage.Of(_here).Count);
        _here.Stop(_half);
        Until(() => Carriage.Of(_here).Count == 0);
    }

    private void Start(int link)
    {
        var runs = new RunRegistry("here", 100, new NodeWeather(), new LoggerConfiguration().CreateLogger());
        var definition = ThreeNodes.Define("drain", 1, sets: ["workload.rounds=1000000000"]);
        Assert.Null(runs.Define(definition));
        _run = runs.Find(definition.Run);
        _carrier = _there.ActorOf(Props.Create(() => new Probe(_byCarrier, null)), Carrier.Name);
        _model = _there.ActorOf(Props.Create(() => new Probe(_directly, link)), "model");
        var model = _here.ActorSelection(new RootActorPath(AddressOf(_there)) / "user" / "model").ResolveOne(TimeSpan.FromSeconds(20));
        _half = _here.ActorOf(HypervisorHalf.Props(_here, _run!, Vm, model.GetAwaiter().GetResult()), "vm-0");
    }

    /// <summary>A cargo with one frame of the device model.</summary>
    private void Deliver(long number, long to, long session, int vm = Vm)
    {
        var frame = new LinkFrame(vm, session, 1, 0, NodeId.None, new DrainAck(NodeId.None, 1), [], []);
        _there.ActorSelection(new RootActorPath(AddressOf(_here)) / "user" / Carrier.Name)
            .Tell(new LinkCargo(number, [new CargoPart(vm, to, [frame])]), _carrier);
    }

    /// <summary>
    /// The next message like that; with <paramref name="sends"/> a party of the half sends something across until it is there: what it
    /// sends before the session is open goes nowhere.
    /// </summary>
    private T Next<T>(BlockingCollection<object> from, Func<T, bool>? which = null, bool sends = false)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            if (sends) _half.Tell(new Outbound(new NodeId(1), new Wake(new NodeId(0), 1), null), ActorRefs.NoSender);
            while (from.TryTake(out var message, TimeSpan.FromMilliseconds(50)))
                if (message is T fits && (which?.Invoke(fits) ?? true)) return fits;
        }
        throw new TimeoutException($"no {typeof(T).Name}");
    }

    private static void Until(Func<bool> happened) => Assert.True(SpinWait.SpinUntil(happened, TimeSpan.FromSeconds(30)));

    private static Address AddressOf(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;

    private static ActorSystem Remoting() => ActorSystem.Create(
        "viommu",
        ConfigurationFactory.ParseString("akka { actor.provider = remote, loglevel = OFF, loggers = [] }")
            .WithFallback(NodeHocon.For(new NodeSettings { Role = NodeRole.Hypervisor })));

    /// <summary>Keeps what it gets; with a link, it says that it is a device model whose end can do so much.</summary>
    private sealed class Probe(BlockingCollection<object> got, int? link) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            got.Add(message);
            if (link is { } version && message is OpenSession open)
                Sender.Tell(new SessionOpened(open.Vm, open.Session, "there", version), Self);
        }
    }
}
