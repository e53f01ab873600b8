using Akka.Actor;
using Akka.Cluster.Sharding;
using VIommuActors.Cluster.Runs;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Halves;

/// <summary>A machine's entity on its hypervisor's node: makes the half once its run is known here.</summary>
internal sealed class HypervisorHost(RunRegistry runs, int vm, IActorRef deviceModels) : UntypedActor
{
    private IActorRef? _half;
    private string? _run;

    public static Props Props(RunRegistry runs, int vm, IActorRef deviceModels) =>
        Akka.Actor.Props.Create(() => new HypervisorHost(runs, vm, deviceModels));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartVm start when _run == start.Run:
                _half?.Forward(start);
                break;
            case StartVm start when _run is null && runs.Find(start.Run) is { } run:
                if (!runs.TryEnter()) break;
                _run = start.Run;
                _half = Context.ActorOf(HypervisorHalf.Props(Context.System, run, vm, deviceModels), $"vm-{vm}");
                Context.Watch(_half);
                _half.Forward(start);
                break;
            case StartVm:
                // Not known here yet, or the machine of another run has not left: the coordinator asks again.
                break;
            case Passivate passivate:
                Context.Parent.Tell(passivate);
                break;
            case Terminated:
                runs.Leave();
                _half = null;
                Context.Parent.Tell(new Passivate(PoisonPill.Instance));
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
