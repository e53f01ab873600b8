using System.Globalization;
using System.Text.Json;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Comparing;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Experiments.Running;
using VIommuActors.Exploration;
using VIommuActors.Scenarios.Model;
using static VIommuActors.Cli.Rendering.Numbers;

namespace VIommuActors.Cli.Exploring;

/// <summary>A search as text and as the document <c>viommu.explore/1</c>.</summary>
internal static class SearchView
{
    /// <summary>Name and version of the document.</summary>
    public const string Schema = "viommu.explore/1";

    /// <summary>The line to print before anything happens.</summary>
    public static string Header(SearchPlan plan)
    {
        var setup = plan.Setup;
        var mutant = setup.Mutant is { } defect ? $" with {defect.Name}" : "";
        var faults = setup.Faults.Budget == 0 ? "" : $", faults: {setup.Faults}";
        return $"seed {Seed.Hex(setup.Seed)}: {setup.Protocol}{mutant} in {plan.Scenario}, {plan.Strategy}, "
            + $"at most {plan.BudgetText}{faults}";
    }

    /// <summary>Counts, what was left out, the verdict; last, if something broke, how to see it again.</summary>
    public static void Text(IRenderer renderer, SearchOutcome outcome)
    {
        var result = outcome.Result;
        renderer.Line(
            $"{Count(result.Schedules)} schedules, {Count(result.Steps)} steps, {Count(result.DistinctTraces)} distinct executions, "
            + $"longest schedule {Count(result.LongestSchedule)} steps");
        foreach (var (property, schedules) in outcome.Found)
        {
            renderer.Line($"{property} in {Count(schedules)} schedules");
        }
        if (result.Complete)
        {
            renderer.Line("complete: every execution within the bounds was covered");
        }
        foreach (var sentence in outcome.NotExplored)
        {
            renderer.Line($"not explored: {sentence}");
        }
        Verdict(renderer, outcome);
        if (result.FirstViolation is { } first)
        {
            renderer.Line();
            renderer.Line(
                $"{outcome.Plan.Setup.Protocol}, seed {Seed.Hex(outcome.Plan.Setup.Seed)}, schedule {Count(first.Schedule)}: "
                + (outcome.Counterexample?.Sentence ?? first.Property));
            if (outcome.Shrunk is { } shrunk)
            {
                renderer.Line($"shrunk {Count(first.Steps)} -> {Count(shrunk.Steps)} steps: {outcome.ShrunkFile}");
                renderer.Line($"viommu chart {ShellWord.Quote(outcome.ShrunkFile!)}");
                renderer.Line($"viommu replay {ShellWord.Quote(outcome.TraceFile!)}");
            }
        }
        if (outcome.SavedFile is { } saved)
        {
            renderer.Line($"viommu explore --resume {ShellWord.Quote(saved)}");
        }
        else if (outcome.WriteError is not null || (result.FirstViolation is null && outcome.Code != ExitCode.AsExpected))
        {
            renderer.Line(outcome.Plan.Repro);
        }
    }

    /// <summary>The verdict alone.</summary>
    public static void Verdict(IRenderer renderer, SearchOutcome outcome)
    {
        var isExpected = !outcome.IsInterrupted && outcome.Outcome == Outcome.AsExpected;
        var verdict = outcome.Verdict == Scenarios.Model.Verdict.Held && !outcome.Result.Complete
            ? "no violation found"
            : FiguresJson.NameOf(outcome.Verdict);
        renderer.Line(
            $"{outcome.Plan.Scenario}: {outcome.Plan.Setup.Protocol} {verdict}{(isExpected ? " (as expected)" : "")}",
            isExpected ? Tone.Good : Tone.Bad);
        if (!isExpected)
        {
            renderer.Line($"{Word(outcome)}: {Why(outcome)}", Tone.Bad);
        }
    }

    /// <summary>The document.</summary>
    public static string Json(SearchOutcome outcome) => JsonDocuments.Text(Schema, writer =>
    {
        var result = outcome.Result;
        writer.WriteString("strategy", result.Strategy);
        writer.WriteNumber("schedules", result.Schedules);
        writer.WriteNumber("steps", result.Steps);
        writer.WriteNumber("distinctTraces", result.DistinctTraces);
        writer.WriteBoolean("complete", result.Complete);
        writer.WriteNumber("seconds", Math.Round(outcome.Elapsed.TotalSeconds, 3));
        if (result.FirstViolation is { } first)
        {
            writer.WriteStartObject("violation");
            writer.WriteString("property", first.Property);
            writer.WriteNumber("seed", outcome.Plan.Setup.Seed);
            writer.WriteNumber("schedule", first.Schedule);
            writer.WriteNumber("steps", first.Steps);
            WriteSteps(writer, outcome.Shrunk?.Steps);
            writer.WriteString("traceFile", outcome.TraceFile);
            writer.WriteString("shrunkFile", outcome.ShrunkFile);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("violation");
        }
        writer.WriteString("scenario", outcome.Plan.Scenario);
        writer.WriteString("protocol", outcome.Plan.Setup.Protocol);
        writer.WriteNumber("seed", outcome.Plan.Setup.Seed);
        writer.WriteString("mutant", outcome.Plan.Setup.Mutant?.Name);
        writer.WriteNumber("faults", outcome.Plan.Setup.Faults.Budget);
        writer.WriteNumber("workers", outcome.Plan.Workers);
        writer.WriteString("end", NameOf(result.End));
        writer.WriteNumber("longestSchedule", result.LongestSchedule);
        writer.WriteNumber("redundant", result.Redundant);
        writer.WriteStartObject("violations");
        foreach (var (property, schedules) in outcome.Found)
        {
            writer.WriteNumber(property, schedules);
        }
        writer.WriteEndObject();
        writer.WriteStartArray("notExplored");
        foreach (var sentence in outcome.NotExplored)
        {
            writer.WriteStringValue(sentence);
        }
        writer.WriteEndArray();
        writer.WriteString("verdict", FiguresJson.NameOf(outcome.Verdict));
        writer.WriteString("expected", outcome.Expected is { } expected ? FiguresJson.NameOf(expected) : null);
        writer.WriteString("outcome", outcome.IsInterrupted ? "interrupted" : FiguresJson.NameOf(outcome.Outcome));
        writer.WriteString("repro", outcome.Plan.Repro);
        writer.WriteString("savedFile", outcome.SavedFile);
        writer.WriteString("writeError", outcome.WriteError);
    });

    private static void WriteSteps(Utf8JsonWriter writer, long? shrunk)
    {
        if (shrunk is { } steps)
        {
            writer.WriteNumber("shrunkSteps", steps);
        }
        else
        {
            writer.WriteNull("shrunkSteps");
        }
    }

    /// <summary>The speed, which no result depends on.</summary>
    public static string Speed(SearchOutcome outcome)
    {
        var seconds = outcome.Elapsed.TotalSeconds;
        var perSecond = seconds > 0 ? outcome.Result.Schedules / seconds : 0;
        var stepsPerSecond = seconds > 0 ? outcome.Result.Steps / seconds : 0;
        var rate = seconds > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {perSecond:#,##0} schedules/s, {stepsPerSecond:#,##0} steps/s")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"explore: {seconds:0.0} s{rate}");
    }

    private static string Word(SearchOutcome outcome) =>
        outcome.IsInterrupted ? "INTERRUPTED" : outcome.Outcome == Outcome.GoalNotReached ? "INCONCLUSIVE" : "UNEXPECTED";

    private static string Why(SearchOutcome outcome) => outcome switch
    {
        { IsInterrupted: true } => $"stopped after {Count(outcome.Result.Schedules)} schedules",
        { Outcome: Outcome.GoalNotReached, Expected: null or Scenarios.Model.Verdict.Held } => "the search ended before it was complete",
        { Expected: { } expected } => $"expected {FiguresJson.NameOf(expected)}",
        _ => "expected nothing of the kind",
    };

    private static string NameOf(ExploreEnd end) => end switch
    {
        ExploreEnd.Exhausted => "exhausted",
        ExploreEnd.Violation => "violation",
        ExploreEnd.Budget => "budget",
        ExploreEnd.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(end)),
    };
}
