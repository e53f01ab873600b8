using System.Globalization;
using VIommuActors.Cli.Running;
using VIommuActors.Cluster.Timeline;
using VIommuActors.Experiments.Charting;
using VIommuActors.Trace;
using VIommuActors.Trace.Charts;
using VIommuActors.Trace.Timeline;

namespace VIommuActors.Cli.Clustering;

/// <summary>The first violation of a traced cluster run as a picture: the timeline of its machine, and its chart.</summary>
internal static class ViolationChart
{
    private const string TimelineFile = "timeline.jsonl", ChartFile = "chart.txt";

    /// <summary>Merges the traces of <paramref name="machine"/> and draws them. A run is not lost for its picture.</summary>
    /// <returns>What there is now, or why there is not, for people.</returns>
    public static string Write(string traces, string run, int machine, RunFolder folder)
    {
        try
        {
            var halves = Directory.EnumerateFiles(traces, $"{run}-*{TraceFiles.Ending}").Order(StringComparer.Ordinal)
                .Where(path => TraceFiles.MachineOf(Path.GetFileName(path)) == machine && new FileInfo(path).Length > 0)
                .Select(Read).ToArray();
            var merged = MergedTimeline.Merge(halves);
            var file = folder.File(TimelineFile);
            AtomicFile.Write(file, merged.Write);
            using var stream = File.OpenRead(file);
            var reader = new TraceReader(stream, file);
            var chart = SequenceChart.From(reader.Header, reader.ReadToEnd(), MachineChart.Options with { FileName = file });
            AtomicFile.WriteText(folder.File(ChartFile), chart.ToReport());
            return string.Create(
                CultureInfo.InvariantCulture, $"machine {machine}, merged from {halves.Length} halves: {folder.File(ChartFile)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TraceFormatException)
        {
            return $"no chart: {e.Message}";
        }
    }

    private static HalfTrace Read(string path)
    {
        using var stream = File.OpenRead(path);
        return HalfTrace.Read(stream, path);
    }
}
