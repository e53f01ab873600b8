using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Cli.Clustering;

namespace VIommuActors.Cli.Verbs.Cluster;

/// <summary><c>viommu cluster down</c>.</summary>
internal sealed class ClusterDownVerb : ClusterVerb
{
    private readonly Option<string?> _node = new("--node") { Description = "The member", HelpName = "NODE", Required = true };

    /// <summary>Declares it.</summary>
    public ClusterDownVerb(ToolHost host)
        : base(host, "down", "Have the cluster go on without a member, as if it were dead") => Add(_node);

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu cluster down --at http://127.0.0.1:5001 --node 127.0.0.1:5010",
        "viommu cluster down --at http://127.0.0.1:5001 --node 127.0.0.1:5010 --json",
        "viommu cluster down --at http://127.0.0.1:5001 --node 127.0.0.1:5010 --quiet",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session, NodeClient node)
    {
        var name = parse.GetValue(_node)!;
        return Tell(session, node, $"/cluster/down{Query([name])}", $"{name} is downed");
    }
}
