using Akka.Actor;
using Serilog;
using VIommuActors.Cluster.Links;
using VIommuActors.Cluster.Runs;

namespace VIommuActors.Cluster.Nodes;

/// <summary>What a node has besides its actor system: the runs it knows, its regions, its agent.</summary>
public sealed class ClusterNode
{
    private ClusterNode(ActorSystem system, NodeSettings settings, string name, RunRegistry runs, NodeWeather weather, Shards shards)
    {
        (System, Settings, Name, Runs, Weather, Shards) = (system, settings, name, runs, weather, shards);
    }

    /// <summary>Its actor system.</summary>
    public ActorSystem System { get; }

    /// <summary>What it was started with.</summary>
    public NodeSettings Settings { get; }

    /// <summary>host:port, as the others know it.</summary>
    public string Name { get; }

    /// <summary>The runs it knows.</summary>
    public RunRegistry Runs { get; }

    /// <summary>What is done to its frames on purpose.</summary>
    public NodeWeather Weather { get; }

    /// <summary>Its shard regions.</summary>
    public Shards Shards { get; }

    /// <summary>
    /// Starts regions and agent on a system that was made with <see cref="NodeHocon.For"/>. A node without seeds joins itself.
    /// </summary>
    public static ClusterNode Start(ActorSystem system, NodeSettings settings, ILogger log)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        var name = Coordinator.NameOf(cluster.SelfAddress);
        var weather = new NodeWeather();
        var runs = new RunRegistry(name, settings.MaxHalves, weather, log, settings.TraceFolder);
        Carriage.Of(system);
        var shards = Shards.Start(system, runs);
        system.ActorOf(NodeAgent.Props(runs, settings.Role), NodeAgent.Name);
        if (settings.Seeds.IsEmpty) cluster.Join(cluster.SelfAddress);
        return new ClusterNode(system, settings, name, runs, weather, shards);
    }

    /// <summary>Begins a run from this node.</summary>
    /// <returns>Its state so far, the task that completes with it, and its coordinator.</returns>
    public (ClusterRun Run, Task Done, IActorRef Coordinator) Begin(RunOrder order, TimeProvider clock)
    {
        var run = new ClusterRun(order);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var coordinator = System.ActorOf(Coordinator.Props(run, Shards, clock, done), $"run-{order.Definition.Run}");
        return (run, done.Task, coordinator);
    }
}
