using System.Globalization;
using System.Text;
using HdrHistogram;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Comparing;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Running;
using VIommuActors.Scenarios;

namespace VIommuActors.Cli.Scaling;

/// <summary>The files of a run of many guests.</summary>
internal static class ScaleArtefacts
{
    private const double NsPerSecond = 1e9;

    private static readonly double[] Percentiles =
        [0, 1, 5, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999, 100];

    /// <summary>The manifest before the run: it holds what it takes to do it again, whatever becomes of it.</summary>
    public static void Begin(RunFolder folder, ScalePlan plan) =>
        AtomicFile.WriteText(folder.File("manifest.json"), plan.Manifest.Text((ManifestEnd?)null));

    /// <summary>Everything else.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="outcome">The run.</param>
    /// <param name="warn">Told what could not be drawn; nothing else is lost by that.</param>
    public static void Keep(RunFolder folder, ScaleOutcome outcome, Action<string> warn)
    {
        var (plan, result) = (outcome.Plan, outcome.Result);
        AtomicFile.WriteText(folder.File("scenario.conf"), ScenarioPrinter.Print(plan.Manifest.Loaded));
        AtomicFile.WriteText(folder.File("latency-invalidation.hgrm"), Distribution(result.InvalidationNs));
        AtomicFile.WriteText(folder.File("latency-dma.hgrm"), Distribution(result.DmaNs));
        AtomicFile.WriteText(folder.File("latency.csv"), LatencyCsv(outcome));
        AtomicFile.WriteText(folder.File("throughput.csv"), ThroughputCsv(outcome));
        AtomicFile.WriteText(folder.File("summary.json"), ScaleView.Json(outcome, folder.Path));
        AtomicFile.WriteText(folder.File("summary.txt"), Summary(outcome));
        AtomicFile.WriteText(folder.File("manifest.json"), plan.Manifest.Text(new ManifestEnd(
            outcome.Verdict, FiguresJson.NameOf(outcome.Outcome), outcome.Ending, null)));
        if (ScalePlots.TryDraw(folder, outcome) is { } problem)
        {
            warn($"no plots: {problem}");
        }
    }

    /// <summary>Latencies in nanoseconds at the usual percentiles; empty cells where nothing was recorded.</summary>
    internal static string LatencyCsv(ScaleOutcome outcome)
    {
        var text = new StringBuilder("percentile,invalidation_ns,dma_ns\n");
        foreach (var percent in Percentiles)
        {
            var (invalidation, dma) = (At(outcome.Result.InvalidationNs, percent), At(outcome.Result.DmaNs, percent));
            text.Append(CultureInfo.InvariantCulture, $"{percent},{invalidation},{dma}\n");
        }
        return text.ToString();
    }

    /// <summary>Counts since the window began, and the rates since the line before.</summary>
    internal static string ThroughputCsv(ScaleOutcome outcome)
    {
        var text = new StringBuilder("elapsed_s,dmas,invalidations,messages,dmas_per_s,invalidations_per_s,messages_per_s\n");
        var samples = outcome.Result.Samples;
        for (var i = 0; i < samples.Length; i++)
        {
            var (now, before) = (samples[i], samples[Math.Max(0, i - 1)]);
            var seconds = (now.AtNs - before.AtNs) / NsPerSecond;
            string Rate(long count) => seconds <= 0 ? "0" : (count / seconds).ToString("0.0", CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture,
                $"{now.AtNs / NsPerSecond:0.000},{now.Dmas},{now.Invalidations},{now.Messages},{Rate(now.Dmas - before.Dmas)},"
                + $"{Rate(now.Invalidations - before.Invalidations)},{Rate(now.Messages - before.Messages)}\n");
        }
        return text.ToString();
    }

    private static string At(HistogramBase histogram, double percent) =>
        histogram.TotalCount == 0 ? "" : Numbers.Plain(percent >= 100 ? histogram.GetMaxValue() : histogram.GetValueAtPercentile(percent));

    private static string Distribution(HistogramBase histogram)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        histogram.OutputPercentileDistribution(writer, outputValueUnitScalingRatio: 1);
        return writer.ToString();
    }

    private static string Summary(ScaleOutcome outcome)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var renderer = new PlainRenderer(writer);
        renderer.Line(ScaleView.Header(outcome.Plan));
        ScaleView.Text(renderer, outcome, folder: null);
        return writer.ToString();
    }
}
