using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Runs;

namespace VIommuActors.Cluster.Orchestration;

/// <summary>Does a job on a coordinator's node: starts the fleet, runs the machines, lets the plan loose on the nodes, sums up.</summary>
public static class ClusterDirector
{
    /// <summary>How long machines may take after their time, or after an interruption.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);

    /// <summary>How long nodes may take until the first machine starts.</summary>
    public static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>Does it.</summary>
    /// <param name="node">The coordinator's node; it has joined.</param>
    /// <param name="job">What to do.</param>
    /// <param name="clock">For the run's duration and the plan.</param>
    /// <param name="progress">Told several times a second how far the run has come.</param>
    /// <param name="cancel">Ends the run before its time: guests end with the round that they are in, what there is is kept.</param>
    /// <param name="lost">Completes when this node is no longer a member: nobody would hear how machines end.</param>
    /// <exception cref="IOException">
    /// A node could not be started, no machine started in time, or this node is no longer a member.
    /// </exception>
    public static async Task<ClusterJobResult> Run(
        ClusterNode node, ClusterJob job, TimeProvider clock, Action<ClusterRun, TimeSpan> progress, CancellationToken cancel,
        Task? lost = null)
    {
        await using var fleet = new Fleet(job.Command, node.Name, job.Spawn, job.Options, clock);
        try
        {
            await fleet.Start(cancel);
        }
        catch (OperationCanceledException)
        {
            return new ClusterJobResult(RunReport.Of(new ClusterRun(job.Order), fleet.Struck), fleet.Events, 0, WasInterrupted: true);
        }
        var (run, done, coordinator) = node.Begin(job.Order, clock);
        using var over = new CancellationTokenSource();
        Task? plan = null;
        var asked = clock.GetUtcNow();
        DateTimeOffset? began = null, interrupted = null;
        while (!done.IsCompleted)
        {
            await Task.WhenAny(done, Task.Delay(LookEvery, clock, CancellationToken.None));
            var now = clock.GetUtcNow();
            if (began is null && run.Count() is { Waiting: var waiting } && waiting < job.Order.Definition.Vms)
            {
                began = now;
                // Its times count from the first machine's start, as those of the simulator do.
                if (job.Spawn.Length > 0) plan = fleet.CarryOut(job.Plan?.Faults ?? [], over.Token);
            }
            progress(run, began is { } since ? now - since : TimeSpan.Zero);
            if (cancel.IsCancellationRequested && interrupted is null)
            {
                interrupted = now;
                await over.CancelAsync();
                coordinator.Tell(Coordinator.EndNow.Instance, Akka.Actor.ActorRefs.NoSender);
            }
            if (lost is { IsCompleted: true } && interrupted is null)
                throw new IOException("the cluster went on without the coordinator's node; nobody hears how its machines end");
            if (began is null && interrupted is null && run.Problems.Length == 0 && now - asked > StartsWithin)
            {
                throw new IOException(
                    $"no machine was started within {StartsWithin.TotalSeconds} s: a hypervisor and a device-model are needed");
            }
            if (began is null && interrupted is not null) break;
            if (now - interrupted > Grace) break;
            if (job.Order.Duration is { } duration && now - began > duration + RunOnNode.Grace + Grace) break;
        }
        var seconds = began is { } start ? (clock.GetUtcNow() - start).TotalSeconds : 0;
        await over.CancelAsync();
        if (plan is not null) await plan;
        return new ClusterJobResult(RunReport.Of(run, fleet.Struck), fleet.Events, seconds, interrupted is not null);
    }
}
