using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using VIommuActors.Cli.Clustering;

namespace VIommuActors.Cli.Verbs.Cluster;

/// <summary><c>viommu cluster slow</c>.</summary>
internal sealed class ClusterSlowVerb : ClusterVerb
{
    private readonly Option<int> _ms = new("--ms")
    {
        Description = "Milliseconds, 0 to 60000; 0 as usual",
        HelpName = "N",
        Required = true,
    };

    /// <summary>Declares it.</summary>
    public ClusterSlowVerb(ToolHost host)
        : base(host, "slow", "Have what a node sends between halves of machines leave later") => Add(_ms);

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu cluster slow --at http://127.0.0.1:5001 --ms 50",
        "viommu cluster slow --at http://127.0.0.1:5001 --ms 0",
        "viommu cluster slow --at http://127.0.0.1:5001 --ms 200 --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session, NodeClient node)
    {
        var ms = parse.GetValue(_ms).ToString(CultureInfo.InvariantCulture);
        return Tell(session, node, $"/cluster/slow?ms={Uri.EscapeDataString(ms)}", $"frames leave {ms} ms later");
    }
}
