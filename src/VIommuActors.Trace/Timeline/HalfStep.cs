using System.Collections.Immutable;

namespace VIommuActors.Trace.Timeline;

/// <summary>A step of a half, where its message came from if that was the other half, and the notes made during it.</summary>
internal sealed class HalfStep(TraceEvent at, HalfArrival? arrival)
{
    public TraceEvent At => at;

    public HalfArrival? Arrival => arrival;

    public List<TraceNote> Notes { get; } = [];
}

/// <summary>How a message came from another process.</summary>
/// <param name="Line">Line of the note.</param>
/// <param name="Process">Who sent it.</param>
/// <param name="Step">During which step there.</param>
/// <param name="Clock">The sender's vector clock in that step.</param>
internal sealed record HalfArrival(int Line, int Process, long Step, ImmutableArray<(int Process, long Count)> Clock);
