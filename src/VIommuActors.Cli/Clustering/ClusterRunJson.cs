using System.Text.Json;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Comparing;
using VIommuActors.Cli.Input;
using VIommuActors.Cluster.Orchestration;
using VIommuActors.Oracle;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cli.Clustering;

/// <summary>What a run of a cluster came to, as other programs read it: schema <c>viommu.cluster-run/1</c>.</summary>
internal static class ClusterRunJson
{
    /// <summary>Name and version.</summary>
    public const string Schema = "viommu.cluster-run/1";

    /// <summary>Writes the fields into the object that is open.</summary>
    public static void Write(Utf8JsonWriter writer, Scenario scenario, ClusterJob job, ClusterJobResult result)
    {
        var (report, figures) = (result.Report, result.Report.Figures);
        var definition = job.Order.Definition;
        writer.WriteString("scenario", scenario.Name);
        writer.WriteString("protocol", figures.Protocol);
        writer.WriteString("seed", Seed.Hex(definition.Seed));
        writer.WriteString("verdict", FiguresJson.NameOf(figures.Verdict));
        writer.WriteString("outcome", FiguresJson.NameOf(Expectations.Judge(scenario, figures)));
        writer.WriteBoolean("interrupted", result.WasInterrupted);
        writer.WriteNumber("seconds", Math.Round(result.Seconds, 3));
        writer.WriteNumber("machines", definition.Vms);
        writer.WriteNumber("spared", report.Spared);
        writer.WriteNumber("hit", report.Hit);
        writer.WriteNumber("lost", report.Lost);
        writer.WriteNumber("unexplained", report.Unexplained);
        writer.WriteNumber("deviceModelsReplaced", report.Replaced);
        writer.WriteNumber("dmas", figures.Dmas);
        writer.WriteNumber("dmasDone", figures.DmasDone);
        writer.WriteNumber("dmasFaulted", figures.DmasFaulted);
        writer.WriteNumber("dmasAbandoned", figures.DmasAbandoned);
        writer.WriteNumber("dmasOpen", figures.DmasOpen);
        writer.WriteNumber("invalidations", figures.Invalidations);
        writer.WriteNumber("messages", figures.Messages);
        writer.WriteStartObject("violations");
        foreach (var property in Properties.All) writer.WriteNumber(Properties.NameOf(property), figures[property]);
        writer.WriteEndObject();
        FiguresJson.Latency(writer, "invalidationNs", figures.InvalidationNs);
        FiguresJson.Latency(writer, "dmaNs", figures.DmaNs);
        writer.WriteNumber("lossPerMille", definition.LossPerMille);
        writer.WriteNumber("duplicatePerMille", definition.DuplicatePerMille);
        writer.WriteStartArray("nodes");
        foreach (var node in report.Run.Nodes)
        {
            writer.WriteStartObject();
            writer.WriteString("node", node.Node);
            writer.WriteString("role", node.Role);
            writer.WriteNumber("machinesEnded", node.VmsEnded);
            writer.WriteNumber("framesSent", node.FramesSent);
            writer.WriteNumber("framesAgain", node.FramesAgain);
            writer.WriteNumber("framesRefused", node.FramesRefused);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("events");
        foreach (var happened in result.Events)
        {
            writer.WriteStartObject();
            writer.WriteNumber("atMs", happened.AtMs);
            writer.WriteString("node", happened.Node);
            writer.WriteString("what", happened.What);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        Strings(writer, "losses", report.Losses);
        Strings(writer, "details", report.Details);
        Strings(writer, "problems", report.Run.Problems);
    }

    private static void Strings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values) writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
