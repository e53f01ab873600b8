using Akka.Actor;
using Akka.TestKit.Xunit2;
using Serilog;
using VIommuActors.Cluster.Halves;
using VIommuActors.Cluster.Runs;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Tests.Halves;

/// <summary>
/// The two halves of one machine in one actor system, and between them a network that the test holds in its hand: what it is asked to hold
/// does not arrive before it is let go, or never.
/// </summary>
public abstract class TwoHalves : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<IActorRef> _sessions = [];
    private IActorRef _half = ActorRefs.Nobody;
    private RunOnNode? _run;

    protected TwoHalves()
        : base("akka.loglevel = OFF")
    {
    }

    /// <summary>The network of each session, the first at 0.</summary>
    private protected List<HeldNetwork> Networks { get; } = [];

    internal RunOnNode Run => _run!;

    /// <summary>Sessions that the device model's node refuses before it takes one.</summary>
    private protected int Refusals { get; set; }

    /// <summary>Each half takes the other for one of a version before frames went together.</summary>
    private protected bool IsPeerOld { get; set; }

    /// <summary>Device models that are started for each session that is asked for.</summary>
    private protected int Namesakes { get; set; } = 1;

    /// <summary>Messages to the device model that are lost at the beginning of each session.</summary>
    private protected int LoseFirstDown { get; set; }

    /// <summary>The device models, oldest first.</summary>
    private protected IReadOnlyList<IActorRef> Sessions => _sessions;

    /// <summary>What is done to frames of both halves.</summary>
    private protected NodeWeather Weather { get; } = new();

    /// <summary>The hypervisor's half.</summary>
    private protected IActorRef Half => _half;

    /// <summary>Starts machine 0 of a run.</summary>
    internal void Start(DefineRun definition, string? mutant = null)
    {
        var runs = new RunRegistry("here", 100, Weather, new LoggerConfiguration().CreateLogger(), mutant: mutant);
        Assert.Null(runs.Define(definition));
        _run = runs.Find(definition.Run);
        var deviceModels = Sys.ActorOf(Props.Create(() => new DeviceModels(this)));
        _half = Sys.ActorOf(HypervisorHalf.Props(Sys, _run!, 0, deviceModels), "vm-0");
        _half.Tell(new StartVm(definition.Run, 0), TestActor);
        ExpectMsg<VmStarted>(Patience);
    }

    /// <summary>Waits for the machine's end.</summary>
    private protected VmEnded End() => FishForMessage<VmEnded>(_ => true, Patience);

    /// <summary>Ends the process of the newest device model, as far as the hypervisor can see.</summary>
    private protected void KillDeviceModel()
    {
        Networks[^1].CutOffDeath = true;
        Networks[^1].Down!.Tell(PoisonPill.Instance);
    }

    private protected static void Until(Func<bool> happened) =>
        Assert.True(SpinWait.SpinUntil(happened, Patience), "it did not happen in time");

    private void Open(OpenSession open, IActorRef hypervisor, IActorContext context)
    {
        var network = new HeldNetwork();
        lock (Networks) Networks.Add(network);
        var toLose = LoseFirstDown;
        network.Drop((_, isUp) => !isUp && toLose-- > 0);
        var name = $"{open.Session}-{Networks.Count}";
        // Each half sees a stand-in for the other.
        var up = context.ActorOf(Props.Create(() => new StandIn(network, hypervisor, true, IsPeerOld)), $"up-{name}");
        var session = context.ActorOf(DeviceModelSession.Props(Sys, Run, 0, open.Session, up, IsPeerOld ? 0 : open.Link), $"session-{name}");
        var down = context.ActorOf(Props.Create(() => new StandIn(network, session, false, IsPeerOld)), $"down-{name}");
        (network.Up, network.Down, network.Hypervisor, network.DeviceModel) = (up, down, hypervisor, session);
        _sessions.Add(session);
    }

    private sealed class DeviceModels(TwoHalves test) : UntypedActor
    {
        private long _latest;

        protected override void OnReceive(object message)
        {
            if (message is not OpenSession open || open.Session <= _latest) return;
            _latest = open.Session;
            if (test.Refusals-- > 0)
            {
                Sender.Tell(new SessionRefused(open.Vm, open.Session, "it is over here"), Self);
                return;
            }
            for (var i = 0; i < test.Namesakes; i++) test.Open(open, Sender, Context);
        }
    }

    /// <summary>Passes on what it gets as if it came from its counterpart.</summary>
    private sealed class StandIn(HeldNetwork network, IActorRef target, bool isUp, bool isOld) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is LinkFrames together)
            {
                network.SawTogether(together.Frames.Length);
                foreach (var frame in together.Frames) Pass(frame);
            }
            else
            {
                Pass(message is SessionOpened opened && isOld ? opened with { Link = 0 } : message);
            }
        }

        private void Pass(object message)
        {
            if (!network.Holds(message, isUp)) target.Tell(message, isUp ? network.Down : network.Up);
        }
    }
}
