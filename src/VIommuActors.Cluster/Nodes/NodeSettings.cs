using System.Collections.Immutable;

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

    /// <summary>HOCON that lies above everything else; empty for none.</summary>
    public string Overrides { get; init; } = "";
}
