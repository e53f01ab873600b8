using HdrHistogram;

namespace VIommuActors.RealTime;

/// <summary>Latencies of one kind of operation, recorded from any thread. Nanoseconds, three significant digits, an hour at the most.</summary>
public sealed class Latencies
{
    /// <summary>The longest that is told apart: an hour. Longer ones count as an hour.</summary>
    public const long LongestNs = 3_600_000_000_000;

    private readonly LongConcurrentHistogram _histogram = new(1, LongestNs, 3);

    /// <summary>Counts one.</summary>
    public void Record(long ns) => _histogram.RecordValue(Math.Clamp(ns, 1, LongestNs));

    /// <summary>What was recorded so far.</summary>
    public HistogramBase Snapshot() => _histogram.Copy();
}
