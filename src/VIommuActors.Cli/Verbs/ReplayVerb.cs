using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Exploring;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Experiments.Running;

namespace VIommuActors.Cli.Verbs;

/// <summary><c>viommu replay</c>: the same run again, held against its trace line by line.</summary>
internal sealed class ReplayVerb : Verb
{
    private const string Schema = "viommu.replay/1";
    private readonly Argument<string> _trace = new("TRACE") { Description = "A trace.jsonl of `viommu run` or `viommu explore`" };

    /// <summary>Declares it.</summary>
    public ReplayVerb(ToolHost host)
        : base(host, "replay", "Do the run of a trace again and compare it step by step") => Add(_trace);

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu replay /tmp/race/trace.jsonl",
        "viommu replay runs/stale-dma/latest/trace.jsonl",
        "viommu replay /tmp/race/trace.jsonl --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var recorded = RecordedTrace.Read(parse.GetValue(_trace)!);
        var loaded = recorded.Scenario();
        try
        {
            var (sentence, divergence) = RepeatedTrace.Of(session, recorded, loaded);
            Show(session, recorded, sentence, divergence);
            return divergence is null ? ExitCode.AsExpected : ExitCode.Diverged;
        }
        catch (UnsupportedCombinationException e)
        {
            throw new ToolException(ExitCode.Usage, [new(recorded.Path, 1, 0, e.Key, e.Value, e.Message, e.Accepted)]);
        }
    }

    private static void Show(ToolSession session, RecordedTrace recorded, string? sentence, Divergence? divergence)
    {
        if (session.IsJson)
        {
            session.Out.Write(Json(recorded, sentence, divergence));
            return;
        }
        var renderer = session.Renderer;
        if (!session.IsQuiet)
        {
            var by = recorded.Header.Search is { } search ? $", found by {search.Strategy}" : "";
            renderer.Line(
                $"seed {Seed.Hex(recorded.Header.Seed)}: {recorded.Header.Protocol} in {recorded.Header.Scenario}{by}; "
                + $"{Numbers.Count(recorded.Events)} recorded steps");
        }
        if (divergence is null)
        {
            renderer.Line("identical: every line of the trace came again", Tone.Good);
            renderer.Line(sentence ?? "nothing was violated");
            return;
        }
        renderer.Line($"DIVERGED at {divergence.Place}", Tone.Bad);
        renderer.Line($"recorded: {divergence.Recorded ?? "the trace ends here"}");
        renderer.Line($"replayed: {divergence.Repeated ?? "the run ends here"}");
    }

    private static string Json(RecordedTrace recorded, string? sentence, Divergence? divergence) => JsonDocuments.Text(Schema, writer =>
    {
        writer.WriteString("traceFile", recorded.Path);
        writer.WriteString("scenario", recorded.Header.Scenario);
        writer.WriteString("protocol", recorded.Header.Protocol);
        writer.WriteNumber("seed", recorded.Header.Seed);
        writer.WriteNumber("steps", recorded.Events);
        writer.WriteBoolean("identical", divergence is null);
        writer.WriteString("finding", sentence);
        if (divergence is null)
        {
            writer.WriteNull("divergence");
            return;
        }
        writer.WriteStartObject("divergence");
        if (divergence.Step is { } step)
        {
            writer.WriteNumber("step", step);
        }
        writer.WriteNumber("line", divergence.Line);
        writer.WriteString("recorded", divergence.Recorded);
        writer.WriteString("replayed", divergence.Repeated);
        writer.WriteEndObject();
    });
}
