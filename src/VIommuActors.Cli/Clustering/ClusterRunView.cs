using System.Globalization;
using HdrHistogram;
using VIommuActors.Blueprints.Figures;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Comparing;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cluster.Orchestration;
using VIommuActors.Oracle;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cli.Clustering;

/// <summary>A run of a cluster for people.</summary>
internal static class ClusterRunView
{
    private const int LossesShown = 12;

    /// <summary>All of it.</summary>
    public static void Text(IRenderer renderer, Scenario scenario, ClusterJob job, ClusterJobResult result)
    {
        var (report, figures) = (result.Report, result.Report.Figures);
        var interrupted = result.WasInterrupted ? ", interrupted" : "";
        Line(renderer, $"{job.Order.Definition.Vms} machines, {figures.Protocol}, {result.Seconds:0.0} s{interrupted}");
        var lost = FormattableString.Invariant($"{report.Lost} lost with their hypervisor");
        Line(renderer, $"machines: {report.Spared} spared, {report.Hit} hit, {lost}, {report.Unexplained} unexplained");
        var ended = FormattableString.Invariant(
            $"{figures.DmasDone} done, {figures.DmasFaulted} refused, {figures.DmasAbandoned} given up");
        Line(renderer, $"DMA: {figures.Dmas} issued, {ended}, {figures.DmasOpen} open");
        Line(renderer, $"invalidations: {figures.Invalidations}; {Percentiles(figures.InvalidationNs)}");
        Line(renderer, $"DMA as guests see it: {Percentiles(figures.DmaNs)}");
        foreach (var node in report.Run.Nodes)
        {
            Line(
                renderer,
                $"node {node.Node} {node.Role}: {node.FramesSent} frames sent, {node.FramesAgain} again, {node.FramesRefused} refused");
        }
        foreach (var happened in result.Events) Line(renderer, $"{happened.AtMs / 1000.0,9:0.000} s  {happened.Node} {happened.What}");
        foreach (var loss in report.Losses.Take(LossesShown)) renderer.Line(loss);
        if (report.Losses.Length > LossesShown) Line(renderer, $"… and {report.Losses.Length - LossesShown} more");
        foreach (var detail in report.Details.Take(3)) renderer.Line(detail, Tone.Bad);
        foreach (var problem in report.Run.Problems.Take(3)) renderer.Line(problem, Tone.Bad);
        Verdict(renderer, scenario, result);
    }

    /// <summary>One line.</summary>
    public static void Verdict(IRenderer renderer, Scenario scenario, ClusterJobResult result)
    {
        var figures = result.Report.Figures;
        var isExpected = Expectations.Judge(scenario, figures) == Outcome.AsExpected;
        var broken = string.Join(", ", Properties.All.Where(property => figures[property] > 0)
            .Select(property => string.Create(CultureInfo.InvariantCulture, $"{Properties.NameOf(property)} {figures[property]}")));
        renderer.Line(
            $"{scenario.Name}: {figures.Protocol} {FiguresJson.NameOf(figures.Verdict)}{(broken.Length > 0 ? $" ({broken})" : "")}"
            + (isExpected ? " (as expected)" : ""),
            isExpected ? Tone.Good : Tone.Bad);
    }

    private static void Line(IRenderer renderer, FormattableString text) => renderer.Line(FormattableString.Invariant(text));

    private static string Percentiles(LongHistogram histogram) => string.Create(
        CultureInfo.InvariantCulture,
        $"p50 {Us(histogram, 50):0.#} µs, p99 {Us(histogram, 99):0.#} µs, max {Us(histogram, 100):0.#} µs");

    private static double Us(LongHistogram histogram, double percent) => RunFigures.Percentile(histogram, percent) / 1000.0;
}
