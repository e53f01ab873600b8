using System.Diagnostics.Metrics;
using VIommuActors.Cluster.Runs;
using VIommuActors.Wire;

namespace VIommuActors.Cluster.Telemetry;

/// <summary>
/// What a node counts, as instruments that are read when somebody asks: counting costs what it cost before. Sums are of the runs that the
/// node remembers, each under its own name.
/// </summary>
public sealed class NodeInstruments : IDisposable
{
    /// <summary>Name of every meter of ours.</summary>
    public const string MeterName = "VIommuActors";

    private readonly Meter _meter;

    /// <summary>The instruments of a node; they are there until disposed of.</summary>
    /// <param name="runs">What it counts in.</param>
    /// <param name="wire">What its serializers refuse.</param>
    /// <param name="role">What it is for.</param>
    public NodeInstruments(RunRegistry runs, WireCounters wire, string role)
    {
        _meter = new Meter(new MeterOptions(MeterName)
        {
            Tags = [new("node", runs.Node), new("role", role)],
        });
        _meter.CreateObservableUpDownCounter(
            "viommu.machines", () => Each(runs, counters => counters.Running, "running")
                .Concat(Each(runs, counters => counters.VmsEnded, "ended")),
            "{machine}", "Halves of machines that live here, and machines that ended here, by state");
        _meter.CreateObservableUpDownCounter("viommu.halves", () => runs.Halves, "{half}", "Halves that take room on the node");
        Sum(runs, "viommu.dmas", "{transfer}", "Requests of machines that ended here", counters => counters.Dmas);
        Sum(runs, "viommu.dma.stale", "{transfer}", "Accesses through a translation that was over", counters => counters.Stale);
        Sum(runs, "viommu.invalidations", "{invalidation}", "Invalidations that guests saw complete", counters => counters.Invalidations);
        Sum(runs, "viommu.frames.sent", "{frame}", "Frames sent for the first time", counters => counters.FramesSent);
        Sum(runs, "viommu.frames.again", "{frame}", "Frames sent again", counters => counters.FramesAgain);
        Sum(runs, "viommu.frames.refused", "{frame}", "Frames of closed sessions, without effect", counters => counters.FramesRefused);
        Sum(runs, "viommu.frames.misdirected", "{frame}", "Frames for the wrong side", counters => counters.FramesMisdirected);
        _meter.CreateObservableCounter(
            "viommu.wire.unreadable", () => Unreadable(wire), "{message}", "Messages that came and were none, by manifest");
        _meter.CreateObservableCounter(
            "viommu.wire.unwritable", () => wire.Unwritable, "{message}", "Messages of our own that could not be written");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Sum(RunRegistry runs, string name, string unit, string description, Func<RunCounters, long> count) =>
        _meter.CreateObservableCounter(name, () => Each(runs, count, state: null), unit, description);

    private static IEnumerable<Measurement<long>> Each(RunRegistry runs, Func<RunCounters, long> count, string? state)
    {
        foreach (var run in runs.Runs)
        {
            var definition = run.Definition;
            yield return state is null
                ? new(count(run.Counters), new("run", definition.Run), new("protocol", definition.Protocol))
                : new(count(run.Counters), new("run", definition.Run), new("protocol", definition.Protocol), new("state", state));
        }
    }

    // Classes are few and fixed, whatever comes.
    private static IEnumerable<Measurement<long>> Unreadable(WireCounters wire) =>
        wire.All().Where(counted => counted.Unreadable > 0)
            .Select(counted => new Measurement<long>(counted.Unreadable, new KeyValuePair<string, object?>("manifest", counted.Manifest)));
}
