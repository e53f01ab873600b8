using System.Diagnostics.Metrics;

namespace VIommuActors.Cluster.Telemetry;

/// <summary>
/// How long things take, told where they end. One set for the process; every measurement names its node. While nobody listens a
/// measurement is one look at a field.
/// </summary>
internal static class RunInstruments
{
    private const double Nanoseconds = 1e-9;

    // Microseconds on one host, milliseconds between two, seconds when a session had to be fenced.
    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries = [1e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10, 30],
    };

    private static readonly Meter Meter = new(NodeInstruments.MeterName);
    private static readonly Histogram<double> Invalidations = Meter.CreateHistogram(
        "viommu.invalidation.duration", "s", "From the guest's request to its seeing the invalidation complete", tags: null, Buckets);

    private static readonly Histogram<double> Dmas = Meter.CreateHistogram(
        "viommu.dma.duration", "s", "From the doorbell to the interrupt, as the guest sees a request", tags: null, Buckets);

    /// <summary>An invalidation has ended.</summary>
    public static void Invalidated(long ns, string node, string protocol)
    {
        if (Invalidations.Enabled) Invalidations.Record(ns * Nanoseconds, new("node", node), new("protocol", protocol));
    }

    /// <summary>A request has ended.</summary>
    public static void Transferred(long ns, string node, string protocol)
    {
        if (Dmas.Enabled) Dmas.Record(ns * Nanoseconds, new("node", node), new("protocol", protocol));
    }
}
