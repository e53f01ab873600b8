namespace VIommuActors.Cluster.Orchestration;

/// <summary>Something that happened to a node during a run.</summary>
/// <param name="AtMs">Milliseconds since the machines were started.</param>
/// <param name="Node">host:port.</param>
/// <param name="What">One of: started, killed, cut off, healed, slowed, fast again, ended.</param>
public sealed record RunEvent(long AtMs, string Node, string What);
