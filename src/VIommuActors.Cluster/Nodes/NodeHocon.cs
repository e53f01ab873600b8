using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Akka.Configuration;
using VIommuActors.Wire;

namespace VIommuActors.Cluster.Nodes;

/// <summary>The configuration of a node's actor system.</summary>
public static class NodeHocon
{
    /// <summary>Name of every node's actor system.</summary>
    public const string SystemName = "viommu";

    /// <summary>Text of <c>hocon/cluster/node.conf</c>.</summary>
    public static string BaseText { get; } = Embedded();

    /// <summary>The whole of it: overrides, settings, then the file.</summary>
    public static Config For(NodeSettings settings)
    {
        var text = new StringBuilder();
        var culture = CultureInfo.InvariantCulture;
        text.AppendLine(culture, $"akka.cluster.roles = [{Quoted(settings.Role)}]");
        text.AppendLine(culture, $"akka.remote.dot-netty.tcp.hostname = {Quoted(settings.Host)}");
        text.AppendLine(culture, $"akka.remote.dot-netty.tcp.port = {settings.Port}");
        if (settings.FaultInjection) text.AppendLine("akka.remote.dot-netty.tcp.applied-adapters = [trttl]");
        if (settings.Certificate is not null)
        {
            text.AppendLine("akka.remote.dot-netty.tcp.enable-ssl = on");
            text.AppendLine("akka.remote.dot-netty.tcp.ssl.require-mutual-authentication = on");
        }
        text.AppendLine(culture, $"akka.cluster.seed-nodes = [{string.Join(", ", Seeds(settings).Select(Quoted))}]");
        var overrides = settings.Overrides.Length == 0 ? Config.Empty : ConfigurationFactory.ParseString(settings.Overrides);
        return overrides
            .WithFallback(ConfigurationFactory.ParseString(text.ToString()))
            .WithFallback(ConfigurationFactory.ParseString(BaseText))
            .WithFallback(ConfigurationFactory.ParseString(WireSerializer.Hocon));
    }

    /// <summary>The scheme of addresses: transport adapters and TLS put their names in front.</summary>
    public static string Scheme(NodeSettings settings) =>
        $"akka.{(settings.FaultInjection ? "trttl." : "")}{(settings.Certificate is null ? "tcp" : "ssl.tcp")}";

    private static ImmutableArray<string> Seeds(NodeSettings settings) =>
        [.. settings.Seeds.Select(seed => $"{Scheme(settings)}://{SystemName}@{seed}")];

    private static string Quoted(string text)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{escaped}\"";
    }

    private static string Embedded()
    {
        using var stream = typeof(NodeHocon).Assembly.GetManifestResourceStream("node.conf")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
