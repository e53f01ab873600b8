namespace VIommuActors.Cluster.Hosting;

/// <summary>A node could not start: a port is taken, or an address is not this host's.</summary>
public sealed class NodeStartException(string message, Exception? inner = null) : IOException(message, inner);
