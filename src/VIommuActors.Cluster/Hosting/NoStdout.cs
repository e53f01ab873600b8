using Akka.Event;

namespace VIommuActors.Cluster.Hosting;

/// <summary>
/// Stands for Akka's logger of last resort, which writes to stdout once the others have stopped, whatever level is set. A node's stdout
/// belongs to the tool.
/// </summary>
internal sealed class NoStdout : MinimalLogger
{
    /// <inheritdoc/>
    protected override void Log(object message)
    {
    }
}
