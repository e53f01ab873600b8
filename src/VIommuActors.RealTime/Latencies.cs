using HdrHistogram;

namespace VIommuActors.RealTime;

/// <summary>
/// Latencies of one kind of operation, recorded from any thread. Nanoseconds, three significant digits, an hour at the most.
/// </summary>
public sealed class Latencies
{
    /// <summary>The longest that is told apart: an hour. Longer ones count as an hour.</summary>
    public const long LongestNs = 3_600_000_000_000;

    private const int Digits = 3, MostParts = 16;

    private readonly LongHistogram[] _parts;

    /// <summary>Nothing recorded yet.</summary>
    /// <param name="busy">
    /// True when all threads record here all the time: they get a part each, of some 300 KiB, so that they do not wait for one another.
    /// </param>
    public Latencies(bool busy = false)
    {
        var wanted = busy ? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 2) : 1;
        _parts = new LongHistogram[Math.Min(MostParts, wanted)];
        for (var i = 0; i < _parts.Length; i++) _parts[i] = New();
    }

    /// <summary>How many were recorded so far.</summary>
    public long Count
    {
        get
        {
            var count = 0L;
            foreach (var part in _parts)
            {
                lock (part) count += part.TotalCount;
            }
            return count;
        }
    }

    /// <summary>Counts one.</summary>
    public void Record(long ns)
    {
        var part = _parts[Environment.CurrentManagedThreadId & (_parts.Length - 1)];
        lock (part) part.RecordValue(Math.Clamp(ns, 1, LongestNs));
    }

    /// <summary>What was recorded so far.</summary>
    public HistogramBase Snapshot()
    {
        var all = New();
        foreach (var part in _parts)
        {
            lock (part) all.Add(part);
        }
        return all;
    }

    private static LongHistogram New() => new(1, LongestNs, Digits);
}
