using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Cli.Clustering;

namespace VIommuActors.Cli.Verbs.Cluster;

/// <summary><c>viommu cluster partition</c>.</summary>
internal sealed class ClusterPartitionVerb : ClusterVerb
{
    private readonly Option<string[]> _nodes = new("--node")
    {
        Description = "A member it is cut off from; may be given again",
        HelpName = "NODE",
        Required = true,
    };

    /// <summary>Declares it.</summary>
    public ClusterPartitionVerb(ToolHost host)
        : base(host, "partition", "Cut a node off from others; needs --fault-injection there") => Add(_nodes);

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu cluster partition --at http://127.0.0.1:5001 --node 127.0.0.1:5010",
        "viommu cluster partition --at http://127.0.0.1:5001 --node 127.0.0.1:5010 --node 127.0.0.1:5020",
        "viommu cluster partition --at http://127.0.0.1:5001 --node 127.0.0.1:5010 --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session, NodeClient node)
    {
        var names = parse.GetValue(_nodes)!;
        return Tell(session, node, $"/cluster/partition{Query(names)}", $"cut off from {string.Join(", ", names)}");
    }
}
