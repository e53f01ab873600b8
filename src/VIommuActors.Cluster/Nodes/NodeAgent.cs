using Akka.Actor;
using VIommuActors.Cluster.Runs;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Nodes;

/// <summary><c>/user/node</c>, one on every node: takes definitions and ends of runs, and reports what the node's halves come to.</summary>
public sealed class NodeAgent : UntypedActor, IWithTimers
{
    /// <summary>Name under <c>/user</c>.</summary>
    public const string Name = "node";

    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly RunRegistry _runs;
    private readonly string _role;
    private readonly Dictionary<string, IActorRef> _coordinators = [];

    /// <summary>The agent of a node.</summary>
    public NodeAgent(RunRegistry runs, string role) => (_runs, _role) = (runs, role);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props of it.</summary>
    public static Props Props(RunRegistry runs, string role) => Akka.Actor.Props.Create(() => new NodeAgent(runs, role));

    /// <inheritdoc/>
    protected override void PreStart() => Timers.StartPeriodicTimer(Report.Instance, Report.Instance, ReportEvery);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DefineRun define:
                var problem = _runs.Define(define);
                if (problem is null)
                {
                    _coordinators[define.Run] = Sender;
                    Context.Watch(Sender);
                }
                Sender.Tell(new RunDefined(define.Run, _runs.Node, problem), Self);
                break;
            case EndRun end:
                _runs.Find(end.Run)?.End();
                break;
            case Terminated gone:
                // Nobody is left who would end it.
                foreach (var run in _coordinators.Where(entry => entry.Value.Equals(gone.ActorRef)).Select(entry => entry.Key).ToArray())
                {
                    _runs.Find(run)?.End();
                    _coordinators.Remove(run);
                }
                break;
            case Report:
                Tell();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Tell()
    {
        foreach (var run in _runs.Runs)
        {
            if (!_coordinators.TryGetValue(run.Definition.Run, out var coordinator)) continue;
            var counters = run.Counters;
            coordinator.Tell(
                new NodeProgress(
                    run.Definition.Run, _runs.Node, _role, counters.Running, counters.VmsEnded, counters.Dmas, counters.Done,
                    counters.Invalidations, counters.Messages, counters.FramesSent, counters.FramesAgain, counters.FramesRefused),
                Self);
        }
        foreach (var forgotten in _coordinators.Keys.Where(run => _runs.Find(run) is null).ToArray()) _coordinators.Remove(forgotten);
    }

    private sealed class Report
    {
        public static Report Instance { get; } = new();
    }
}
