using VIommuActors.Cli.Comparing;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Experiments.Running;

namespace VIommuActors.Cli.Running;

/// <summary>A single run as text and as the document <c>viommu.run/1</c>.</summary>
internal static class RunView
{
    /// <summary>Name and version of the document.</summary>
    public const string Schema = "viommu.run/1";

    /// <summary>The line above everything else.</summary>
    public static string Header(Manifest manifest) =>
        $"seed {Seed.Hex(manifest.Seed)}: one run of {manifest.Protocol};"
        + $" {(manifest.IsReal ? Numbers.RealTimeLegend : Numbers.TimeLegend)}";

    /// <summary>Tables, how the run ended, and the verdict; last, if something broke, the command that shows it again.</summary>
    public static void Text(IRenderer renderer, RunOutcome outcome, string? folder)
    {
        var result = outcome.Result;
        ComparisonView.Tables(renderer, outcome.Comparison);
        renderer.Line();
        var (steps, time) = outcome.Manifest.IsReal ? ("messages", "real") : ("steps", "virtual");
        renderer.Line(
            $"{NameOf(result.Ending)} after {Numbers.Count(result.Steps)} {steps}"
            + $" and {Numbers.Count(result.Figures.VirtualNs)} ns of {time} time");
        if (!result.Panicked.IsEmpty)
        {
            var guests = string.Join(", ", result.Panicked.Select(guest => Numbers.Plain(guest)));
            renderer.Line($"lost with their hypervisor's node: guests {guests}");
        }
        foreach (var remark in result.Figures.Remarks)
        {
            renderer.Line(remark);
        }
        if (result.Figures.Replay is { } replay)
        {
            renderer.Line(replay.ToString());
            var byDesign = replay.ByDesign.Select(pair => $"by design: {pair.Key} ({Numbers.Count(pair.Value)} times)");
            foreach (var difference in replay.Findings.Concat(byDesign))
            {
                renderer.Line($"  {difference}");
            }
        }
        if (folder is not null)
        {
            renderer.Line($"artefacts in {folder}");
        }
        Verdict(renderer, outcome);
        if (outcome.Comparison.Finding is { } finding)
        {
            ComparisonView.Finding(renderer, outcome.Comparison, finding, outcome.Manifest.Command);
        }
        else if (outcome.Code != ExitCode.AsExpected)
        {
            renderer.Line(outcome.Manifest.Repro);
        }
    }

    /// <summary>The verdict alone.</summary>
    public static void Verdict(IRenderer renderer, RunOutcome outcome)
    {
        ComparisonView.Verdict(renderer, outcome.Comparison);
        if (outcome.Repetition is { } repetition)
        {
            renderer.Line(
                repetition.IsSame ? "a second run gave the same trace" : $"DIVERGED: {repetition.Difference}",
                repetition.IsSame ? Tone.Good : Tone.Bad);
        }
    }

    /// <summary>The document.</summary>
    public static string Json(RunOutcome outcome) => JsonDocuments.Text(Schema, writer =>
    {
        writer.WriteString("scenario", outcome.Comparison.Scenario.Name);
        writer.WriteNumber("seed", outcome.Comparison.Seed);
        FiguresJson.Write(writer, outcome.Tally);
        writer.WriteString("traceFile", outcome.TraceFile);
        writer.WriteString("traceSha256", outcome.TraceSha256);
        writer.WriteString("ending", NameOf(outcome.Result.Ending));
        writer.WriteNumber("steps", outcome.Result.Steps);
        writer.WriteNumber("virtualNs", outcome.Manifest.IsReal ? 0 : outcome.Result.Figures.VirtualNs);
        writer.WriteString("repro", outcome.Manifest.Repro);
        if (outcome.Manifest.IsReal)
        {
            writer.WriteString("clock", "real");
            writer.WriteNumber("realNs", outcome.Result.Figures.VirtualNs);
        }
        if (outcome.Manifest.PlanFile is { } plan)
        {
            writer.WriteString("plan", plan);
            writer.WriteStartArray("panickedGuests");
            foreach (var guest in outcome.Result.Panicked)
            {
                writer.WriteNumberValue(guest);
            }
            writer.WriteEndArray();
        }
        if (outcome.Repetition is { } repetition)
        {
            writer.WriteBoolean("deterministic", repetition.IsSame);
        }
    });

    /// <summary>How a run ended, in words that stay.</summary>
    public static string NameOf(RunEnding ending) => ending switch
    {
        RunEnding.Complete => "complete",
        RunEnding.StepLimit => "step-limit",
        RunEnding.TimeLimit => "time-limit",
        RunEnding.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(ending)),
    };
}
