using System.Globalization;
using System.Net;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Telemetry;

namespace VIommuActors.Cluster.Hosting;

/// <summary>
/// What a node may be started with. Whoever can reach a node's ports can run machines on it, so remote addresses are the exception.
/// </summary>
public static class NodeRules
{
    /// <summary>Machines' halves that one node may be told to host.</summary>
    public const int MostHalves = 100_000;

    /// <summary>Nodes that may be named as seeds.</summary>
    public const int MostSeeds = 32;

    /// <summary>Bytes that a secret needs at least: a shorter one can be tried out.</summary>
    public const int ShortestSecret = 16;

    /// <summary>Throws when the settings are not to be used.</summary>
    /// <exception cref="NodeSettingsException">The first thing that is wrong with them.</exception>
    public static void Check(NodeSettings settings)
    {
        Require(NodeRole.All.Contains(settings.Role), "--role", settings.Role, "there is no such role", string.Join(", ", NodeRole.All));
        Require(IsHost(settings.Host), "--host", settings.Host, "not a host", "a name or an address");
        Require(IsHost(settings.HttpHost), "--http-host", settings.HttpHost, "not a host", "a name or an address");
        Port("--port", settings.Port);
        Port("--http-port", settings.HttpPort);
        Require(
            settings.MaxHalves is >= 1 and <= MostHalves, "--max-machines", Text(settings.MaxHalves), "out of range",
            string.Create(CultureInfo.InvariantCulture, $"1 to {MostHalves:N0}"));
        Require(settings.Seeds.Length <= MostSeeds, "--seed", Text(settings.Seeds.Length), "too many", $"at most {MostSeeds}");
        foreach (var seed in settings.Seeds)
            Require(TryParseNode(seed, out _, out _), "--seed", seed, "not a node", "host:port");
        Require(
            settings.Secret.Length is 0 or >= ShortestSecret, "VIOMMU_SECRET", "…", "too short",
            $"at least {ShortestSecret} characters, or none");
        Require(
            settings.Certificate is null or { HasPrivateKey: true }, "--tls-certificate", settings.Certificate?.Subject ?? "",
            "has no private key", "a certificate with its key");
        OtlpExport.Check(settings.Telemetry);
        Remote(settings, "--host", settings.Host);
        Remote(settings, "--http-host", settings.HttpHost);
        Require(
            IsLoopback(settings.HttpHost) || !settings.TakesCommands || settings.Secret.Length > 0, "--http-host", settings.HttpHost,
            "commands from other hosts need a secret", "VIOMMU_SECRET set, or no --admin and no --fault-injection, or 127.0.0.1");
    }

    /// <summary>True for an address that no other host can reach.</summary>
    public static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Reads <c>host:port</c>.</summary>
    public static bool TryParseNode(string text, out string host, out int port)
    {
        var colon = text.LastIndexOf(':');
        (host, port) = (colon > 0 ? text[..colon] : "", 0);
        return IsHost(host) && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is >= 1 and <= 65535;
    }

    // An address in brackets would not survive Akka's own addresses: IPv6 hosts are named.
    private static bool IsHost(string host) =>
        host.Length is > 0 and <= 253 && Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;

    private static void Remote(NodeSettings settings, string key, string host)
    {
        if (IsLoopback(host)) return;
        Require(settings.AllowRemote, key, host, "other hosts could reach it", "127.0.0.1, or --allow-remote with --tls-certificate");
        Require(
            settings.Certificate is not null, key, host, "other hosts could reach it in the clear",
            "127.0.0.1, or --tls-certificate FILE with --allow-remote");
    }

    private static void Port(string key, int port) => Require(port is >= 0 and <= 65535, key, Text(port), "out of range", "0 to 65535");

    private static void Require(bool holds, string key, string value, string message, string accepted)
    {
        if (!holds) throw new NodeSettingsException(key, value, message, accepted);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
