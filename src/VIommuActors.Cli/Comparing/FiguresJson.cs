using System.Text.Json;
using HdrHistogram;
using VIommuActors.Blueprints.Figures;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Figures;
using VIommuActors.Experiments.Running;
using VIommuActors.Guest.Replay;
using VIommuActors.Oracle;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cli.Comparing;

/// <summary>Figures as other programs read them. Fields may be added; those that are here keep name, type and place.</summary>
internal static class FiguresJson
{
    /// <summary>Writes the fields of one protocol into the object that is open.</summary>
    public static void Write(Utf8JsonWriter writer, Tally tally)
    {
        var figures = tally.Figures;
        writer.WriteString("protocol", figures.Protocol);
        writer.WriteString("verdict", NameOf(figures.Verdict));
        writer.WriteStartObject("violations");
        foreach (var property in Properties.All)
        {
            writer.WriteNumber(Properties.NameOf(property), figures[property]);
        }
        writer.WriteEndObject();
        writer.WriteNumber("dmas", figures.Dmas);
        writer.WriteNumber("invalidations", figures.Invalidations);
        Latency(writer, "invalidationNs", figures.InvalidationNs);
        Latency(writer, "dmaNs", figures.DmaNs);
        writer.WriteNumber("messagesPerInvalidation", figures.MessagesPerInvalidation);
        writer.WriteNumber("hypercallsPerDma", figures.HypercallsPerDma);
        writer.WriteNumber("bytesCopiedPerDma", figures.BytesCopiedPerDma);
        writer.WriteNumber("dmasDone", figures.DmasDone);
        writer.WriteNumber("dmasFaulted", figures.DmasFaulted);
        writer.WriteNumber("dmasAbandoned", figures.DmasAbandoned);
        writer.WriteNumber("dmasOpen", figures.DmasOpen);
        writer.WriteNumber("messages", figures.Messages);
        writer.WriteNumber("hypercallsPerInvalidation", figures.HypercallsPerInvalidation);
        writer.WriteNumber("exposedAccesses", figures.ExposedAccesses);
        writer.WriteNumber("exposureMaxNs", figures.ExposureMaxNs);
        writer.WriteNumber("runs", figures.Runs);
        writer.WriteNumber("runsViolated", tally.RunsViolated);
        writer.WriteNumber("runsHung", tally.RunsHung);
        writer.WriteNumber("runsCutOff", tally.RunsCutOff);
        writer.WriteNumber("vcpusStuck", figures.StuckVcpus);
        writer.WriteNumber("vcpusStopped", figures.StoppedVcpus);
        writer.WriteString("expected", tally.Expected is { } expected ? NameOf(expected) : null);
        writer.WriteString("outcome", NameOf(tally.Outcome));
        if (figures.Replay is { } replay)
        {
            Write(writer, replay);
        }
    }

    /// <summary><c>held</c>, <c>violated</c> or <c>hung</c>.</summary>
    public static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.Held => "held",
        Verdict.Violated => "violated",
        Verdict.Hung => "hung",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };

    /// <summary>The outcome in words that stay.</summary>
    public static string NameOf(Outcome outcome) => outcome switch
    {
        Outcome.AsExpected => "as-expected",
        Outcome.UnexpectedViolation => "unexpected-violation",
        Outcome.NotLive => "not-live",
        Outcome.GoalNotReached => "goal-not-reached",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    private static void Write(Utf8JsonWriter writer, ReplayReport replay)
    {
        writer.WriteStartObject("replay");
        writer.WriteNumber("reads", replay.Reads);
        writer.WriteNumber("equalReads", replay.EqualReads);
        writer.WriteNumber("polledReads", replay.PolledReads);
        writer.WriteNumber("descriptors", replay.Descriptors);
        writer.WriteNumber("statusWrites", replay.StatusWrites);
        writer.WriteNumber("registerInvalidations", replay.RegisterInvalidations);
        writer.WriteNumber("translations", replay.Translations);
        writer.WriteNumber("notReplayed", replay.NotReplayed);
        writer.WriteNumber("findings", replay.FindingCount);
        writer.WriteEndObject();
    }

    /// <summary>Percentiles of latencies in nanoseconds.</summary>
    public static void Latency(Utf8JsonWriter writer, string name, LongHistogram histogram)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("p50", RunFigures.Percentile(histogram, 50));
        writer.WriteNumber("p99", RunFigures.Percentile(histogram, 99));
        writer.WriteNumber("max", RunFigures.Percentile(histogram, 100));
        writer.WriteEndObject();
    }
}
