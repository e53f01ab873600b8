using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace VIommuActors.Cluster.Nodes;

/// <summary>What one node is started with.</summary>
public sealed record NodeSettings
{
    /// <summary>Machines' halves that one node hosts unless told otherwise.</summary>
    public const int DefaultMaxHalves = 5_000;

    /// <summary>Its part, of <see cref="NodeRole"/>.</summary>
    public required string Role { get; init; }

    /// <summary>Address it listens on, and under which the others reach it; loopback unless told otherwise.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port of the cluster; 0 takes any that is free.</summary>
    public int Port { get; init; }

    /// <summary>host:port of the nodes to join; empty: this one begins a cluster.</summary>
    public ImmutableArray<string> Seeds { get; init; } = [];

    /// <summary>How many halves it hosts at the most.</summary>
    public int MaxHalves { get; init; } = DefaultMaxHalves;

    /// <summary>Allows the network to be cut from outside, for tests: <c>cluster partition</c>.</summary>
    public bool FaultInjection { get; init; }

    /// <summary>
    /// Lets others be told over HTTP to leave or be downed, and frames be delayed. <see cref="FaultInjection"/> includes it, and adds the
    /// cuts.
    /// </summary>
    public bool Admin { get; init; }

    /// <summary>Address of the HTTP endpoint; loopback unless told otherwise.</summary>
    public string HttpHost { get; init; } = "127.0.0.1";

    /// <summary>Port of the HTTP endpoint; 0 takes any that is free.</summary>
    public int HttpPort { get; init; }

    /// <summary>Allows hosts that are not loopback; they still need a certificate.</summary>
    public bool AllowRemote { get; init; }

    /// <summary>
    /// With its private key; every node has the same one and takes no other. Null: the cluster talks in the clear, on loopback only. Who
    /// sets it disposes of it, after the node has ended.
    /// </summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>What a POST has to bring as <c>Authorization: Bearer</c>; empty: nothing, on loopback only.</summary>
    public string Secret { get; init; } = "";

    /// <summary>
    /// The standard variables of OpenTelemetry that are set, by name; metrics are sent when one names an endpoint, and not otherwise.
    /// </summary>
    public ImmutableDictionary<string, string> Telemetry { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>True when the node takes commands over HTTP.</summary>
    public bool TakesCommands => Admin || FaultInjection;

    /// <summary>
    /// Folder for the traces of the halves that live here; it is made when it is not there. Null: a run with traces is refused.
    /// </summary>
    public string? TraceFolder { get; init; }

    /// <summary>HOCON that lies above everything else; empty for none.</summary>
    public string Overrides { get; init; } = "";
}
