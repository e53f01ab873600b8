using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using VIommuActors.Trace;
using VIommuActors.Trace.Timeline;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Timeline;

/// <summary>Where a message of the other half comes from, as its frame says; the note above the step that handles it.</summary>
/// <param name="Process">The other half.</param>
/// <param name="Step">Step there.</param>
/// <param name="Clock">Its vector clock in that step, in the order of the processes.</param>
internal sealed record CameFrom(int Process, long Step, ImmutableArray<ClockEntry> Clock) : ITraced
{
    /// <inheritdoc/>
    public string Name => TimelineWords.Arrived;

    /// <summary>Reads a frame's clock; null for one that is none, which says nothing.</summary>
    public static CameFrom? Of(int process, ImmutableArray<ClockEntry> clock)
    {
        if (clock.IsDefaultOrEmpty) return null;
        var (last, step) = (-1, 0L);
        foreach (var entry in clock)
        {
            if (entry.Process <= last || entry.Count < 1 || entry.Count > HalfRecorder.MostSteps) return null;
            if (entry.Process == process) step = entry.Count;
            last = entry.Process;
        }
        return step > 0 ? new CameFrom(process, step, clock) : null;
    }

    /// <inheritdoc/>
    public void Describe(ref TraceFields fields)
    {
        fields.AddNumber(TimelineWords.Process, Process);
        fields.AddNumber(TimelineWords.Step, Step);
        var text = new StringBuilder();
        foreach (var entry in Clock)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{entry.Process}:{entry.Count}");
        }
        fields.AddText(TimelineWords.Clock, text.ToString());
    }
}
