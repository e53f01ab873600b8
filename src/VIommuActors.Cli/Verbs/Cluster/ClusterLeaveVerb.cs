using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Cli.Clustering;

namespace VIommuActors.Cli.Verbs.Cluster;

/// <summary><c>viommu cluster leave</c>.</summary>
internal sealed class ClusterLeaveVerb : ClusterVerb
{
    private readonly Option<string?> _node = new("--node") { Description = "The member that leaves", HelpName = "NODE" };

    /// <summary>Declares it.</summary>
    public ClusterLeaveVerb(ToolHost host)
        : base(host, "leave", "Have a node leave; the node that is asked when none is named") => Add(_node);

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu cluster leave --at http://127.0.0.1:5001",
        "viommu cluster leave --at http://127.0.0.1:5001 --node 127.0.0.1:5010",
        "viommu cluster leave --at http://127.0.0.1:5001 --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session, NodeClient node)
    {
        var name = parse.GetValue(_node);
        return Tell(session, node, $"/cluster/leave{Query(name is null ? [] : [name])}", $"{name ?? "the node"} leaves");
    }
}
