using Akka.Actor;
using VIommuActors.Cluster.Runs;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Halves;

/// <summary>
/// The other half of a machine: its emulator processes. One child for each session; a newer session ends the older one, whose parties could
/// not reach anything any more.
/// </summary>
internal sealed class DeviceModelHalf(RunRegistry runs, int vm) : UntypedActor
{
    private IActorRef? _child;
    private string _run = "";
    private long _session;

    public static Props Props(RunRegistry runs, int vm) => Akka.Actor.Props.Create(() => new DeviceModelHalf(runs, vm));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case OpenSession open:
                Open(open);
                break;
            case Terminated gone:
                // An older session's child ends after its successor has taken its place.
                if (!gone.ActorRef.Equals(_child)) break;
                _child = null;
                runs.Leave();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Open(OpenSession open)
    {
        if (open.Run != _run) (_run, _session) = (open.Run, 0);
        if (open.Session < _session || (open.Session == _session && _child is null))
        {
            Sender.Tell(new SessionRefused(vm, open.Session, $"session {_session} is the latest here"), Self);
            return;
        }
        if (open.Session == _session)
        {
            // Asked again: the answer was lost, or is still on its way.
            _child!.Forward(open);
            return;
        }
        if (runs.Find(open.Run) is not { } run)
        {
            Sender.Tell(new SessionRefused(vm, open.Session, "the run is not known here"), Self);
            return;
        }
        if (_child is { } old) Context.Stop(old);
        else if (!runs.TryEnter())
        {
            Sender.Tell(new SessionRefused(vm, open.Session, "this node has as many device models as it may have"), Self);
            return;
        }
        _session = open.Session;
        var session = DeviceModelSession.Props(Context.System, run, vm, open.Session, Sender, open.Link);
        _child = Context.ActorOf(session, $"session-{open.Session}");
        Context.Watch(_child);
    }

    protected override void PostStop()
    {
        if (_child is not null) runs.Leave();
    }
}
