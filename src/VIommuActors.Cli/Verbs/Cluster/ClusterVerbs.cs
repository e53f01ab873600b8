using System.CommandLine;

namespace VIommuActors.Cli.Verbs.Cluster;

/// <summary><c>viommu cluster</c>: what nodes see, and what they are told.</summary>
internal sealed class ClusterVerbs : Command
{
    /// <summary>Declares the group.</summary>
    public ClusterVerbs(ToolHost host)
        : base("cluster", "Run machines on many nodes, look at the nodes, and tell them what to do")
    {
        Add(new ClusterRunVerb(host));
        Add(new ClusterStatusVerb(host));
        Add(new ClusterMembersVerb(host));
        Add(new ClusterLeaveVerb(host));
        Add(new ClusterDownVerb(host));
        Add(new ClusterPartitionVerb(host));
        Add(new ClusterHealVerb(host));
        Add(new ClusterSlowVerb(host));
        Add(new TimelineVerb(host));
    }
}
