namespace VIommuActors.Cluster.Hosting;

/// <summary>How a node ended.</summary>
public enum NodeEnd
{
    /// <summary>It was told to leave, by its own process or by the cluster.</summary>
    Left,

    /// <summary>The cluster went on without it: it was on the smaller side of a cut, or was downed by hand.</summary>
    Downed,

    /// <summary>Anything else: the nodes to join were never reached, or it did not end in time and was cut off.</summary>
    Failed,
}
