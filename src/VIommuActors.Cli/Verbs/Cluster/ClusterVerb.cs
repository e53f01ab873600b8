using System.CommandLine;
using System.Text.Json;
using VIommuActors.Cli.Clustering;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cluster.Hosting;

namespace VIommuActors.Cli.Verbs.Cluster;

/// <summary>A verb that asks one node over HTTP.</summary>
internal abstract class ClusterVerb : Verb
{
    private readonly Option<string> _at = new("--at")
    {
        Description = "HTTP address of the node, as viommu node prints it",
        HelpName = "URL",
        Required = true,
    };

    private readonly TlsCertificate _certificate = new();

    /// <summary>A verb with the options that say which node.</summary>
    protected ClusterVerb(ToolHost host, string name, string description)
        : base(host, name, description)
    {
        Add(_at);
        Add(_certificate.Option);
    }

    /// <summary>Does it.</summary>
    protected abstract ExitCode Run(ParseResult parse, ToolSession session, NodeClient node);

    /// <inheritdoc/>
    protected sealed override ExitCode Run(ParseResult parse, ToolSession session)
    {
        try
        {
            using var certificate = _certificate.Load(parse, session.Host.Console);
            var secret = session.Host.Console.Variable(VerbHelp.SecretVariable);
            using var node = new NodeClient(NodeClient.Address(parse.GetValue(_at)!), secret, certificate, session.Cancel);
            return Run(parse, session, node);
        }
        catch (NodeSettingsException refused)
        {
            throw ToolException.Usage(refused.Key, refused.Value, refused.Reason, refused.Accepted);
        }
    }

    /// <summary>The nodes that an option names, as the query of a command.</summary>
    /// <exception cref="ToolException">One is no node.</exception>
    protected static string Query(IEnumerable<string> nodes)
    {
        var query = string.Join('&', nodes.Select(node => NodeRules.TryParseNode(node, out _, out _)
            ? $"node={Uri.EscapeDataString(node)}"
            : throw ToolException.Usage("--node", node, "not a node", "host:port as viommu cluster members shows it")));
        return query.Length == 0 ? "" : "?" + query;
    }

    /// <summary>Has a command carried out and says so.</summary>
    protected static ExitCode Tell(ToolSession session, NodeClient node, string path, string done)
    {
        var answer = node.Post(path);
        if (session.IsJson) Copy(session, answer);
        else if (!session.IsQuiet) session.Renderer.Line(done);
        return ExitCode.AsExpected;
    }

    /// <summary>Prints a node's document as the tool prints its own.</summary>
    protected static void Copy(ToolSession session, JsonElement document) =>
        JsonDocuments.Write(session.Out, document.GetProperty("schema").GetString()!, writer =>
        {
            foreach (var field in document.EnumerateObject().Where(field => field.Name != "schema")) field.WriteTo(writer);
        });
}
