using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Cli.Clustering;

namespace VIommuActors.Cli.Verbs.Cluster;

/// <summary><c>viommu cluster heal</c>.</summary>
internal sealed class ClusterHealVerb : ClusterVerb
{
    private readonly Option<string[]> _nodes = new("--node")
    {
        Description = "A member; may be given again; default: all",
        HelpName = "NODE",
    };

    /// <summary>Declares it.</summary>
    public ClusterHealVerb(ToolHost host)
        : base(host, "heal", "Undo partition, towards all or towards some") => Add(_nodes);

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu cluster heal --at http://127.0.0.1:5001",
        "viommu cluster heal --at http://127.0.0.1:5001 --node 127.0.0.1:5010",
        "viommu cluster heal --at http://127.0.0.1:5001 --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session, NodeClient node)
    {
        var names = parse.GetValue(_nodes) ?? [];
        var from = names.Length == 0 ? "any" : string.Join(", ", names);
        return Tell(session, node, $"/cluster/heal{Query(names)}", $"no longer cut off from {from}");
    }
}
