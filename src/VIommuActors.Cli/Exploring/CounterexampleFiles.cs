using VIommuActors.Cli.Running;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Trace;

namespace VIommuActors.Cli.Exploring;

/// <summary>How counterexamples of searches are written.</summary>
internal static class CounterexampleFiles
{
    /// <summary>The trace as it was found.</summary>
    public const string Trace = "trace.jsonl";

    /// <summary>The same, shrunk.</summary>
    public const string Shrunk = "shrunk.jsonl";

    /// <summary>Runs a schedule again and writes its trace.</summary>
    /// <param name="file">Appears whole or not at all.</param>
    /// <param name="setup">What the choices mean.</param>
    /// <param name="header">Carries the choices.</param>
    /// <param name="property">What it must break.</param>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    public static TracedSchedule Write(string file, SearchSetup setup, TraceHeader header, string property)
    {
        // Short, and the search's only fruit: an interrupt that ended the search does not keep it from being written.
        var traced = AtomicFile.Write(file, stream => TracedSchedule.Write(stream, setup, header, CancellationToken.None));
        return traced.Followed && traced.Property == property ? traced : throw new InvalidOperationException(
            $"The schedule that broke {property} came to {traced.Property ?? "nothing"} when it was run again: see {file}.");
    }
}
