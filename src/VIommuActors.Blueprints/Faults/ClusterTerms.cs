namespace VIommuActors.Blueprints.Faults;

/// <summary>How long things take in a cluster: what a plan's faults mean where there is no cluster, only their effect.</summary>
/// <remarks>
/// The first two are those of <c>hocon/cluster/node.conf</c>, the last two those of the link between halves; tests of the cluster hold them
/// against each other.
/// </remarks>
public static class ClusterTerms
{
    /// <summary>Silence after which a node counts as unreachable, in nanoseconds: 3 s.</summary>
    public const long NoticeNs = 3_000_000_000;

    /// <summary>How long the larger part waits after that before it goes on without the smaller one, in nanoseconds: 5 s.</summary>
    public const long DecideNs = 5_000_000_000;

    /// <summary>The longest cut that a cluster sits out, in nanoseconds: 8 s. The node behind a longer one is given up.</summary>
    public const long ToleratedNs = NoticeNs + DecideNs;

    /// <summary>After which a frame is sent again the first time, in nanoseconds; twice as long each further time.</summary>
    public const long FirstRetryNs = 200_000_000;

    /// <summary>The longest time between two sendings of a frame, in nanoseconds.</summary>
    public const long LongestRetryNs = 2_000_000_000;

    /// <summary>
    /// The first sending again, of a frame sent at <paramref name="sentNs"/>, that is not before <paramref name="fromNs"/>.
    /// </summary>
    public static long RetryFrom(long sentNs, long fromNs)
    {
        var (at, wait) = (sentNs + FirstRetryNs, FirstRetryNs);
        while (at < fromNs)
        {
            wait = Math.Min(wait * 2, LongestRetryNs);
            at += wait;
        }
        return at;
    }
}
