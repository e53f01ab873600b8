using Akka.Actor.Setup;
using Serilog;

namespace VIommuActors.Cluster.Hosting;

/// <summary>Carries the log to the actor that writes Akka's own: one for each actor system, however many a process has.</summary>
internal sealed class NodeLog(ILogger log) : Setup
{
    private ILogger _log = log;

    /// <summary>Where it goes.</summary>
    public ILogger Log => Volatile.Read(ref _log);

    /// <summary>From here on every line says which node it is of; a node that takes any free port has no name before it has one.</summary>
    public void Named(string node) => Volatile.Write(ref _log, Log.ForContext("Node", node));
}
