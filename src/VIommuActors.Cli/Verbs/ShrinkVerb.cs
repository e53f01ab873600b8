using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Exploring;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Experiments.Running;

namespace VIommuActors.Cli.Verbs;

/// <summary><c>viommu shrink</c>: a shorter trace that breaks the same property.</summary>
internal sealed class ShrinkVerb : Verb
{
    private const string Schema = "viommu.shrink/1", DefaultFolder = "shrunk";
    private readonly Argument<string> _trace = new("TRACE") { Description = "A trace.jsonl of `viommu explore` or `viommu run`" };
    private readonly Option<string?> _out = new("--out")
    {
        Description = "Folder for the shorter trace; default: shrunk, beside TRACE",
        HelpName = "DIR",
    };

    /// <summary>Declares it.</summary>
    public ShrinkVerb(ToolHost host)
        : base(host, "shrink", "Take out of a trace what its violation does not need")
    {
        Add(_trace);
        Add(_out);
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu shrink /tmp/race/trace.jsonl",
        "viommu shrink /tmp/race/trace.jsonl --out /tmp/small",
        "viommu shrink runs/stale-dma/latest/trace.jsonl --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var recorded = RecordedTrace.Read(parse.GetValue(_trace)!);
        var loaded = recorded.Scenario();
        if (recorded.IsPlanned)
        {
            throw ToolException.Usage(
                "TRACE", recorded.Path, "a run under a fault plan for nodes is not shrunk", "a trace of a run without --plan");
        }
        var beside = Path.GetDirectoryName(recorded.Path) is { Length: > 0 } above ? above : ".";
        var folder = parse.GetValue(_out) ?? Path.Combine(beside, DefaultFolder);
        RunFolder.Check(folder);
        try
        {
            // A trace that its own header does not lead to would be shrunk to something that is not shorter than it, but different.
            if (RepeatedTrace.Of(session, recorded, loaded).Divergence is { } divergence)
            {
                throw Refused(recorded, $"run again, the trace differs at {divergence.Place}: there is nothing to shrink");
            }
            IShrunkTrace? shrunk = recorded.Header.Search is null
                ? ShrunkRun.Of(session, recorded, loaded)
                : ShrunkSearch.Of(session, recorded, loaded);
            if (shrunk is null)
            {
                throw Refused(recorded, "run again, the trace breaks nothing: there is nothing to shrink");
            }
            var file = shrunk.Write(RunFolder.At(folder));
            Show(session, recorded, shrunk, file);
        }
        catch (UnsupportedCombinationException e)
        {
            throw new ToolException(ExitCode.Usage, [new(recorded.Path, 1, 0, e.Key, e.Value, e.Message, e.Accepted)]);
        }
        return session.Cancel.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.AsExpected;
    }

    private static ToolException Refused(RecordedTrace recorded, string why) =>
        new(ExitCode.Diverged, [new(recorded.Path, 0, 0, "", "", $"{why} (see: viommu replay)", "")]);

    private static void Show(ToolSession session, RecordedTrace recorded, IShrunkTrace shrunk, string file)
    {
        if (session.IsJson)
        {
            session.Out.Write(Json(recorded, shrunk, file, session.Cancel.IsCancellationRequested));
            return;
        }
        var renderer = session.Renderer;
        if (!session.IsQuiet)
        {
            renderer.Line(
                $"seed {Seed.Hex(recorded.Header.Seed)}: {recorded.Header.Protocol} in {recorded.Header.Scenario}; "
                + $"{Numbers.Count(recorded.Events)} recorded steps");
            foreach (var cut in shrunk.Cuts)
            {
                renderer.Line($"smaller scenario: {cut}");
            }
        }
        var faults = shrunk.Faults == 0 ? "" : $", {Numbers.Count(shrunk.Faults)} of them faults";
        renderer.Line(
            $"shrunk {Numbers.Count(recorded.Events)} -> {Numbers.Count(shrunk.Steps)} steps{faults}; "
            + $"{Numbers.Count(shrunk.Attempts)} runs tried", Tone.Good);
        if (session.Cancel.IsCancellationRequested)
        {
            renderer.Line("INTERRUPTED: there may be shorter ones", Tone.Bad);
        }
        if (!session.IsQuiet)
        {
            renderer.Line(shrunk.Sentence);
            renderer.Line($"viommu chart {ShellWord.Quote(file)}");
            renderer.Line($"viommu replay {ShellWord.Quote(file)}");
        }
    }

    private static string Json(
        RecordedTrace recorded, IShrunkTrace shrunk, string file, bool interrupted) => JsonDocuments.Text(Schema, writer =>
    {
        writer.WriteString("scenario", recorded.Header.Scenario);
        writer.WriteString("protocol", recorded.Header.Protocol);
        writer.WriteNumber("seed", recorded.Header.Seed);
        writer.WriteString("property", shrunk.Property);
        writer.WriteNumber("steps", recorded.Events);
        writer.WriteNumber("shrunkSteps", shrunk.Steps);
        writer.WriteNumber("faults", shrunk.Faults);
        writer.WriteStartArray("cuts");
        foreach (var cut in shrunk.Cuts)
        {
            writer.WriteStringValue(cut);
        }
        writer.WriteEndArray();
        writer.WriteNumber("runs", shrunk.Attempts);
        writer.WriteString("finding", shrunk.Sentence);
        writer.WriteString("traceFile", file);
        writer.WriteBoolean("interrupted", interrupted);
    });
}
