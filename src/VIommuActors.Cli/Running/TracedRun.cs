using System.Globalization;
using VIommuActors.Cli.Reporting;
using VIommuActors.Experiments.Running;
using VIommuActors.Trace;

namespace VIommuActors.Cli.Running;

/// <summary>A run with its trace.</summary>
/// <param name="Result">What it came to.</param>
/// <param name="Sha256">Digest of the trace.</param>
internal sealed record TracedRun(RunResult Result, string Sha256)
{
    /// <summary>Runs and leaves the trace in a file. A cancelled run leaves it up to the last step.</summary>
    /// <param name="runner">Does the run.</param>
    /// <param name="request">What to run; its own sink is not used.</param>
    /// <param name="path">The file.</param>
    /// <param name="steps">Is told now and then how many steps were done.</param>
    /// <param name="cancel">Fires when the user interrupts.</param>
    public static TracedRun Execute(IRunner runner, RunRequest request, string path, Action<long> steps, CancellationToken cancel) =>
        AtomicFile.Write(path, stream =>
        {
            var header = new TraceHeader(request.Scenario.Name, request.Protocol, request.Seed, ToolVersion.Number);
            using var writer = new TraceWriter(stream, header);
            var result = runner.Run(request with { Trace = new CountedSink(writer, steps) }, cancel);
            return new TracedRun(result, writer.Complete());
        });

    /// <summary>The first line in which two traces differ, in words; null when there is none.</summary>
    public static string? FirstDifference(string firstPath, string secondPath)
    {
        using var first = File.ReadLines(firstPath).GetEnumerator();
        using var second = File.ReadLines(secondPath).GetEnumerator();
        for (var line = 1; ; line++)
        {
            var (one, two) = (first.MoveNext() ? first.Current : null, second.MoveNext() ? second.Current : null);
            if (one is null && two is null)
            {
                return null;
            }
            if (one != two)
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"line {line} of the trace is {one ?? "absent"} in the first run and {two ?? "absent"} in the second");
            }
        }
    }

    private sealed class CountedSink(ITraceSink inner, Action<long> steps) : ITraceSink
    {
        private const long Often = 0x1000;

        public bool IsEnabled => inner.IsEnabled;

        public void Event(in TraceStep step)
        {
            inner.Event(step);
            if (step.Step % Often == 0)
            {
                steps(step.Step);
            }
        }

        public void Note(long step, long timeNs, string by, ITraced remark) => inner.Note(step, timeNs, by, remark);
    }
}
