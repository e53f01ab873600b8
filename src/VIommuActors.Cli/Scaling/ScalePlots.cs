using System.Globalization;
using System.Runtime.CompilerServices;
using HdrHistogram;
using ScottPlot;
using VIommuActors.Cli.Running;

namespace VIommuActors.Cli.Scaling;

/// <summary>The pictures of a run of many guests, as SVG and PNG.</summary>
internal static class ScalePlots
{
    private const int Width = 960, Height = 480, Points = 200;
    private const double NsPerUs = 1e3, NsPerSecond = 1e9;

    /// <summary>Draws both pictures.</summary>
    /// <returns>Why not; null when they were drawn.</returns>
    public static string? TryDraw(RunFolder folder, ScaleOutcome outcome)
    {
        try
        {
            Draw(folder, outcome);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The library draws with native code, which a host may lack: the figures are worth more than their picture.
            return (e.GetBaseException().Message.Split('\n')[0]).TrimEnd('\r');
        }
    }

    // Not inlined: the library is loaded by the call, so that what cannot be loaded is caught above.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Draw(RunFolder folder, ScaleOutcome outcome)
    {
        Save(folder, "latency", Latency(outcome));
        Save(folder, "throughput", Throughput(outcome));
    }

    private static Plot Latency(ScaleOutcome outcome)
    {
        var plot = new Plot();
        Add(plot, "invalidation", outcome.Result.InvalidationNs);
        Add(plot, "DMA", outcome.Result.DmaNs);
        plot.Title(Title(outcome, "latency by percentile"));
        plot.XLabel("percentile (each step to the right is a tenth of what is left)");
        plot.YLabel("µs, logarithmic");
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
            [0, 1, 2, 3, 4, 5], ["0", "90", "99", "99.9", "99.99", "99.999"]);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
            [-1, 0, 1, 2, 3, 4, 5, 6, 7], ["0.1", "1", "10", "100", "1,000", "10,000", "100,000", "1 s", "10 s"]);
        plot.ShowLegend(Alignment.UpperLeft);
        return plot;
    }

    private static void Add(Plot plot, string name, HistogramBase histogram)
    {
        if (histogram.TotalCount == 0) return;
        // No further right than there are values to tell apart.
        var most = Math.Min(5, Math.Log10(Math.Max(10, histogram.TotalCount)));
        var xs = Enumerable.Range(0, Points).Select(i => most * i / (Points - 1)).ToArray();
        var ys = xs.Select(x => Math.Log10(Math.Max(1, histogram.GetValueAtPercentile(100 * (1 - Math.Pow(10, -x)))) / NsPerUs)).ToArray();
        var line = plot.Add.ScatterLine(xs, ys);
        line.LegendText = name;
        line.LineWidth = 2;
    }

    private static Plot Throughput(ScaleOutcome outcome)
    {
        var plot = new Plot();
        var samples = outcome.Result.Samples;
        if (samples.Any(sample => sample.AtNs > 0))
        {
            var pairs = samples.Skip(1).Zip(samples, (now, before) => (Now: now, Before: before))
                .Where(pair => pair.Now.AtNs > pair.Before.AtNs).ToArray();
            double Rate(long count, (RealTime.Scaling.ScaleSample Now, RealTime.Scaling.ScaleSample Before) pair) =>
                count * NsPerSecond / (pair.Now.AtNs - pair.Before.AtNs);
            // A rate is that of the time before it: the first one reaches back to the beginning.
            double[] xs = [0, .. pairs.Select(pair => pair.Now.AtNs / NsPerSecond)];
            double[] messages = [.. pairs.Select(pair => Rate(pair.Now.Messages - pair.Before.Messages, pair))];
            double[] dmas = [.. pairs.Select(pair => Rate(pair.Now.Dmas - pair.Before.Dmas, pair))];
            foreach (var (name, rates) in new[] { ("messages", messages), ("DMAs", dmas) })
            {
                var line = plot.Add.ScatterLine(xs, [rates[0], .. rates]);
                line.LegendText = name;
                line.LineWidth = 2;
            }
            plot.Axes.SetLimits(0, Math.Max(xs[^1], 1e-3), 0, Math.Max(1, messages.Max() * 1.1));
        }
        plot.Title(Title(outcome, "throughput"));
        plot.XLabel("seconds of the measured window");
        plot.YLabel("per second");
        plot.ShowLegend(Alignment.LowerRight);
        return plot;
    }

    private static string Title(ScaleOutcome outcome, string what) => string.Create(CultureInfo.InvariantCulture,
        $"{outcome.Plan.Request.Scenario.Name}, {outcome.Figures.Protocol}, {outcome.Result.Guests:#,0} guests: {what}");

    private static void Save(RunFolder folder, string name, Plot plot)
    {
        plot.SaveSvg(folder.File(name + ".svg"), Width, Height);
        plot.SavePng(folder.File(name + ".png"), Width, Height);
    }
}
