namespace VIommuActors.Cluster.Nodes;

/// <summary>What a node is for. The names are those of the command line and of Akka's member roles.</summary>
public static class NodeRole
{
    /// <summary>Runs vCPUs, units, ioreq servers and guests' memory.</summary>
    public const string Hypervisor = "hypervisor";

    /// <summary>Runs dummy vIOMMUs and devices.</summary>
    public const string DeviceModel = "device-model";

    /// <summary>Starts runs and collects what they come to; hosts no machine.</summary>
    public const string Coordinator = "coordinator";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Hypervisor, DeviceModel, Coordinator];
}
