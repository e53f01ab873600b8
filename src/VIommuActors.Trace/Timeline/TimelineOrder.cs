using System.Collections.Immutable;
using System.Globalization;

namespace VIommuActors.Trace.Timeline;

/// <summary>
/// Puts the steps of the halves into one order: each half's own, every message after its sending, and among what could come next whatever
/// was earlier by the adjusted clocks.
/// </summary>
internal sealed class TimelineOrder
{
    private readonly IReadOnlyList<HalfTrace> _halves;
    private readonly Dictionary<int, int> _indices = [];
    private readonly HalfClock[] _clocks;
    private readonly int[] _done;
    private readonly long[][] _numbers;
    private readonly List<TimelineStep> _steps = [];

    private TimelineOrder(IReadOnlyList<HalfTrace> halves)
    {
        _halves = halves;
        for (var i = 0; i < halves.Count; i++) _indices.Add(halves[i].Process, i);
        _clocks = [.. halves.Select(half => new HalfClock(half.Process))];
        _done = new int[halves.Count];
        _numbers = [.. halves.Select(half => new long[half.Count + 1])];
    }

    /// <summary>The steps in order.</summary>
    public IReadOnlyList<TimelineStep> Steps => _steps;

    /// <summary>Messages between halves whose sending is in the order.</summary>
    public int Crossings { get; private set; }

    /// <summary>Messages whose sending is in no file, by sender.</summary>
    public SortedDictionary<int, int> Unknown { get; } = [];

    /// <summary>Number in the merged order, from 1, of a step of a half; 0 for one that is not there.</summary>
    public long NumberOf(int half, long step) => step >= 1 && step < _numbers[half].Length ? _numbers[half][step] : 0;

    /// <exception cref="TraceFormatException">No order satisfies what the files say.</exception>
    public static TimelineOrder Of(IReadOnlyList<HalfTrace> halves)
    {
        var order = new TimelineOrder(halves);
        var offsets = TimelineClocks.Offsets(halves);
        for (var left = halves.Sum(half => half.Count); left > 0; left--) order.Take(order.Next(offsets), offsets);
        return order;
    }

    private int Next(long[] offsets)
    {
        var (best, bestNs) = (-1, 0L);
        for (var i = 0; i < _halves.Count; i++)
        {
            if (_done[i] == _halves[i].Count || Missing(i) is not null) continue;
            var ns = _halves[i].Steps[_done[i]].At.TimeNs + offsets[i];
            if (best < 0 || ns < bestNs) (best, bestNs) = (i, ns);
        }
        return best >= 0 ? best : throw Knot();
    }

    /// <summary>What the next step of a half has to wait for; null when it can come.</summary>
    private (int Process, long Count)? Missing(int half)
    {
        if (_halves[half].Steps[_done[half]].Arrival is not { } arrival) return null;
        foreach (var (process, count) in arrival.Clock)
        {
            if (process == _halves[half].Process || !_indices.TryGetValue(process, out var other)) continue;
            // Of a half that was killed the last steps may be missing.
            if (_done[other] < Math.Min(count, _halves[other].Count)) return (process, count);
        }
        return null;
    }

    private void Take(int half, long[] offsets)
    {
        var of = _halves[half];
        var step = of.Steps[_done[half]++];
        long? cause = step.At.Cause is { } own ? _numbers[half][own] : null;
        if (step.Arrival is { } arrival) cause = Arrive(half, step, arrival);
        var ns = Math.Max(step.At.TimeNs + offsets[half], _steps.Count > 0 ? _steps[^1].TimeNs : 0);
        _steps.Add(new TimelineStep(of.Process, step.At.Step, ns, cause));
        _numbers[half][step.At.Step] = _steps.Count;
    }

    private long? Arrive(int half, HalfStep step, HalfArrival arrival)
    {
        var of = _halves[half];
        foreach (var (process, count) in arrival.Clock)
        {
            if (process == of.Process && count >= step.At.Step)
                throw Contradiction(of, arrival, $"its sender knew of step {count} here, and this is step {step.At.Step}.");
            if (_indices.TryGetValue(process, out var other) && _halves[other] is { IsWhole: true } whole && count > whole.Count)
                throw Contradiction(of, arrival, $"it names step {count} of process {process}, which ended after {whole.Count}.");
        }
        long? cause = null;
        if (_indices.TryGetValue(arrival.Process, out var from) && arrival.Step <= _halves[from].Count)
        {
            var known = _clocks[from].In(arrival.Step);
            if (!known.AsSpan().SequenceEqual(arrival.Clock.AsSpan()))
            {
                throw Contradiction(
                    of, arrival, $"{ClockText.Format(arrival.Clock)}, where {_halves[from].File} comes to {ClockText.Format(known)}.");
            }
            cause = _numbers[from][arrival.Step];
            Crossings++;
        }
        else Unknown[arrival.Process] = Unknown.GetValueOrDefault(arrival.Process) + 1;
        _clocks[half].Merge(step.At.Step, arrival.Clock);
        return cause;
    }

    private TraceFormatException Knot()
    {
        for (var i = 0; i < _halves.Count; i++)
        {
            if (_done[i] == _halves[i].Count || Missing(i) is not { } missing) continue;
            return Contradiction(
                _halves[i], _halves[i].Steps[_done[i]].Arrival!,
                $"it waits for step {missing.Count} of process {missing.Process}, which waits for a later step of this one.");
        }
        return new TraceFormatException(_halves[0].File, 1, null, "the steps cannot be put in order.");
    }

    private static TraceFormatException Contradiction(HalfTrace half, HalfArrival arrival, FormattableString problem) =>
        half.Error(arrival.Line, TimelineWords.Clock, "contradiction: " + problem.ToString(CultureInfo.InvariantCulture));
}
