using System.Globalization;
using System.Text.Json;
using HdrHistogram;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Comparing;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Oracle;
using VIommuActors.RealTime.Scaling;
using static VIommuActors.Cli.Rendering.Numbers;

namespace VIommuActors.Cli.Scaling;

/// <summary>A run of many guests as text and as the document <c>viommu.scale/1</c>.</summary>
internal static class ScaleView
{
    /// <summary>Name and version of the document.</summary>
    public const string Schema = "viommu.scale/1";

    /// <summary>The line above everything else.</summary>
    public static string Header(ScalePlan plan)
    {
        var topology = plan.Request.Scenario.Topology;
        var devices = topology.Devices.Sum(group => group.Count);
        var judge = plan.Request.HasOracle ? "" : ", no oracle";
        return $"seed {Seed.Hex(plan.Request.Seed)}: {Some(topology.Guests, "guest")} of {Some(topology.Vcpus, "vCPU")} and"
            + $" {Some(devices, "device")}, {plan.Request.Protocol.Name}{judge}; {RealTimeLegend}";
    }

    /// <summary>Tables, what was left open, and the verdict.</summary>
    public static void Text(IRenderer renderer, ScaleOutcome outcome, string? folder)
    {
        var (result, figures) = (outcome.Result, outcome.Figures);
        renderer.Line();
        renderer.Table(Rates(result));
        renderer.Line();
        renderer.Table(Latency(result));
        renderer.Line();
        renderer.Line(
            $"DMAs issued {Count(figures.Dmas)}: done {Count(figures.DmasDone)}, faulted {Count(figures.DmasFaulted)},"
            + $" abandoned {Count(figures.DmasAbandoned)}, open {Count(figures.DmasOpen)}");
        renderer.Line(string.Create(CultureInfo.InvariantCulture,
            $"memory per guest: {result.BytesPerGuest / 1024.0:0.0} KiB, and {result.TouchedBytesPerGuest / 1024.0:0.0} KiB of RAM touched;"
            + $" booted in {result.StartUp.TotalSeconds:0.00} s, ended in {result.Drain.TotalSeconds:0.00} s"));
        foreach (var remark in figures.Remarks)
        {
            renderer.Line(remark);
        }
        if (Tally.Halted(figures) is { } halted)
        {
            renderer.Line(halted);
        }
        if (folder is not null)
        {
            renderer.Line($"artefacts in {folder}");
        }
        Verdict(renderer, outcome);
        if (!figures.Details.IsEmpty)
        {
            renderer.Line();
            renderer.Line(figures.Details[0].ToString());
        }
    }

    /// <summary>The verdict alone.</summary>
    public static void Verdict(IRenderer renderer, ScaleOutcome outcome)
    {
        var name = outcome.Plan.Request.Scenario.Name;
        var isExpected = outcome.Outcome == Outcome.AsExpected;
        var judged = outcome.Verdict == "unjudged" ? " (no oracle: nobody judged)" : isExpected ? " (as expected)" : "";
        var broken = Properties.All.Where(property => outcome.Figures[property] > 0)
            .Select(property => $", {Properties.NameOf(property)} {Count(outcome.Figures[property])}");
        renderer.Line(
            $"{name}: {outcome.Figures.Protocol} {outcome.Verdict}{string.Concat(broken)}{judged}", isExpected ? Tone.Good : Tone.Bad);
        if (!isExpected)
        {
            var what = outcome.Outcome == Outcome.GoalNotReached ? "INCONCLUSIVE" : "UNEXPECTED";
            var expected = outcome.Expected is { } verdict ? $"expected {FiguresJson.NameOf(verdict)}" : "expected nothing of the kind";
            renderer.Line($"{what}: {outcome.Figures.Protocol} {outcome.Verdict}, {expected}", Tone.Bad);
        }
    }

    /// <summary>The document.</summary>
    public static string Json(ScaleOutcome outcome, string? folder) => JsonDocuments.Text(Schema, writer =>
    {
        var (result, figures, request) = (outcome.Result, outcome.Figures, outcome.Plan.Request);
        writer.WriteNumber("guests", result.Guests);
        writer.WriteNumber("dmas", result.Window.Dmas);
        writer.WriteNumber("seconds", result.Window.AtNs / 1e9);
        writer.WriteNumber("messages", result.Window.Messages);
        writer.WriteNumber("messagesPerSecond", result.MessagesPerSecond);
        writer.WriteNumber("bytesPerGuest", result.BytesPerGuest);
        writer.WriteStartObject("violations");
        foreach (var property in Properties.All)
        {
            writer.WriteNumber(Properties.NameOf(property), figures[property]);
        }
        writer.WriteEndObject();
        Latency(writer, "invalidationNs", result.InvalidationNs);
        Latency(writer, "dmaNs", result.DmaNs);
        writer.WriteString("scenario", request.Scenario.Name);
        writer.WriteNumber("seed", request.Seed);
        writer.WriteString("protocol", figures.Protocol);
        writer.WriteNumber("vcpus", request.Scenario.Topology.Vcpus);
        writer.WriteNumber("devices", request.Scenario.Topology.Devices.Sum(group => group.Count));
        writer.WriteBoolean("oracle", request.HasOracle);
        writer.WriteString("verdict", outcome.Verdict);
        writer.WriteString("expected", outcome.Expected is { } expected ? FiguresJson.NameOf(expected) : null);
        writer.WriteString("outcome", FiguresJson.NameOf(outcome.Outcome));
        writer.WriteString("ending", outcome.Ending);
        writer.WriteNumber("dmasPerSecond", result.DmasPerSecond);
        writer.WriteNumber("invalidations", result.Window.Invalidations);
        writer.WriteNumber("issued", figures.Dmas);
        writer.WriteNumber("done", figures.DmasDone);
        writer.WriteNumber("faulted", figures.DmasFaulted);
        writer.WriteNumber("abandoned", figures.DmasAbandoned);
        writer.WriteNumber("open", figures.DmasOpen);
        writer.WriteNumber("vcpusStuck", figures.StuckVcpus);
        writer.WriteNumber("vcpusStopped", figures.StoppedVcpus);
        writer.WriteNumber("guestsUnended", result.GuestsUnended);
        writer.WriteNumber("touchedBytesPerGuest", result.TouchedBytesPerGuest);
        writer.WriteNumber("bytesCopied", figures.BytesCopied);
        writer.WriteNumber("startSeconds", result.StartUp.TotalSeconds);
        writer.WriteNumber("endSeconds", result.Drain.TotalSeconds);
        writer.WriteString("folder", folder);
        writer.WriteString("repro", outcome.Plan.Manifest.Repro);
    });

    private static string Some(int count, string what) => $"{Count(count)} {what}{(count == 1 ? "" : "s")}";

    private static TextTable Rates(ScaleResult result) => new(
        [
            new("guests"), new("seconds"), new("DMAs"), new("DMAs\n/s"), new("invali-\ndations"), new("messages"), new("messages\n/s"),
        ],
        [
            [
                Count(result.Guests), Average(result.Window.AtNs / 1e9), Count(result.Window.Dmas), Count((long)result.DmasPerSecond),
                Count(result.Window.Invalidations), Count(result.Window.Messages), Count((long)result.MessagesPerSecond),
            ],
        ]);

    private static TextTable Latency(ScaleResult result) => new(
        [new("", IsNumber: false), new("p50"), new("p90"), new("p99"), new("p99.9"), new("max")],
        [Row("invalidation", result.InvalidationNs), Row("DMA", result.DmaNs)]);

    private static System.Collections.Immutable.ImmutableArray<Cell> Row(string name, HistogramBase histogram) =>
        [name, .. new double[] { 50, 90, 99, 99.9, 100 }.Select(percent => new Cell(Shown(histogram, percent)))];

    private static string Shown(HistogramBase histogram, double percent) =>
        histogram.TotalCount == 0 ? "-" : Time(histogram.GetValueAtPercentile(percent));

    private static void Latency(Utf8JsonWriter writer, string name, HistogramBase histogram)
    {
        var isEmpty = histogram.TotalCount == 0;
        writer.WriteStartObject(name);
        writer.WriteNumber("p50", isEmpty ? 0 : histogram.GetValueAtPercentile(50));
        writer.WriteNumber("p99", isEmpty ? 0 : histogram.GetValueAtPercentile(99));
        writer.WriteNumber("max", isEmpty ? 0 : histogram.GetMaxValue());
        writer.WriteEndObject();
    }
}
