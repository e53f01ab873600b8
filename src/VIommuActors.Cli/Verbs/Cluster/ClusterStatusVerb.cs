using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Cli.Clustering;
using VIommuActors.Cli.Reporting;

namespace VIommuActors.Cli.Verbs.Cluster;

/// <summary><c>viommu cluster status</c>.</summary>
internal sealed class ClusterStatusVerb : ClusterVerb
{
    /// <summary>Declares it.</summary>
    public ClusterStatusVerb(ToolHost host)
        : base(host, "status", "Say how a node is: whether it is ready, its members, its runs")
    {
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu cluster status --at http://127.0.0.1:5001",
        "viommu cluster status --at http://127.0.0.1:5001 --json",
        "viommu cluster status --at http://127.0.0.1:5001 --quiet",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session, NodeClient node)
    {
        var (ready, health) = node.Get("/health/ready");
        var (_, members) = node.Get("/cluster/members");
        var (_, runs) = node.Get("/runs");
        var isReady = ready == 200;
        if (session.IsJson)
        {
            JsonDocuments.Write(session.Out, "viommu.status/1", writer =>
            {
                writer.WriteBoolean("ready", isReady);
                writer.WritePropertyName("health");
                health.WriteTo(writer);
                writer.WritePropertyName("cluster");
                members.WriteTo(writer);
                writer.WritePropertyName("runs");
                runs.WriteTo(writer);
            });
        }
        else MembersView.Status(session, isReady, health, members, runs);
        return isReady ? ExitCode.AsExpected : ExitCode.NotLive;
    }
}
