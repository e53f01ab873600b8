using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Cli.Clustering;

namespace VIommuActors.Cli.Verbs.Cluster;

/// <summary><c>viommu cluster members</c>.</summary>
internal sealed class ClusterMembersVerb : ClusterVerb
{
    /// <summary>Declares it.</summary>
    public ClusterMembersVerb(ToolHost host)
        : base(host, "members", "List the members as a node sees them")
    {
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu cluster members --at http://127.0.0.1:5001",
        "viommu cluster members --at http://127.0.0.1:5001 --json",
        "viommu cluster members --at http://127.0.0.1:5001 --no-color",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session, NodeClient node)
    {
        var (_, members) = node.Get("/cluster/members");
        if (session.IsJson) Copy(session, members);
        else MembersView.Show(session.Renderer, members);
        return ExitCode.AsExpected;
    }
}
