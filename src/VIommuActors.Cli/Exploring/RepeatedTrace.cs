using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Experiments.Running;
using VIommuActors.Scenarios;
using VIommuActors.Trace;

namespace VIommuActors.Cli.Exploring;

/// <summary>The run of a trace, done again and held against it.</summary>
/// <param name="Sentence">What the run came to; null when nothing broke.</param>
/// <param name="Divergence">Where it left the trace; null when it did not.</param>
internal sealed record RepeatedTrace(string? Sentence, Divergence? Divergence)
{
    /// <summary>Does it.</summary>
    /// <exception cref="OperationCanceledException">The user interrupted it.</exception>
    /// <exception cref="UnsupportedCombinationException">The header asks for what cannot be done.</exception>
    public static RepeatedTrace Of(ToolSession session, RecordedTrace recorded, LoadedScenario loaded)
    {
        var folder = Directory.CreateTempSubdirectory("viommu-replay-");
        try
        {
            var repeated = Path.Combine(folder.FullName, "trace.jsonl");
            string? sentence;
            bool followed;
            using (var stream = File.Create(repeated))
            {
                (sentence, followed) = Repeat(session, recorded, loaded, stream);
            }
            var divergence = Divergence.Between(recorded.Path, repeated);
            return new(sentence, divergence ?? (followed ? null : Divergence.InChoices));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (string? Sentence, bool Followed) Repeat(
        ToolSession session, RecordedTrace recorded, LoadedScenario loaded, Stream stream)
    {
        var header = recorded.Header;
        if (header.Search is not null)
        {
            var traced = TracedSchedule.Write(stream, recorded.Setup(loaded), header, session.Cancel);
            return (traced.Sentence, traced.Followed);
        }
        using var runner = session.Host.CreateRunner();
        using var writer = new TraceWriter(stream, header);
        var result = runner.Run(new RunRequest(loaded.Scenario, header.Protocol, header.Seed, writer, recorded.Plan()), session.Cancel);
        if (result.Ending == RunEnding.Cancelled)
        {
            throw new OperationCanceledException(session.Cancel);
        }
        writer.Complete();
        return (result.Figures.Details.FirstOrDefault()?.ToString() ?? result.Figures.Remarks.FirstOrDefault(), true);
    }
}
