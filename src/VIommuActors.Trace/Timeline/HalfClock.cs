using System.Collections.Immutable;

namespace VIommuActors.Trace.Timeline;

/// <summary>What one process knew of the others, step by step: the vector clock that its own steps and messages give.</summary>
internal sealed class HalfClock(int process)
{
    // Changes only where a message arrives.
    private readonly List<(long Step, ImmutableSortedDictionary<int, long> Others)> _changes =
        [(0, ImmutableSortedDictionary<int, long>.Empty)];

    /// <summary>A message arrived with this clock before <paramref name="step"/> began.</summary>
    public void Merge(long step, ImmutableArray<(int Process, long Count)> clock)
    {
        var others = _changes[^1].Others;
        foreach (var (other, count) in clock)
        {
            if (other != process && (!others.TryGetValue(other, out var known) || known < count))
            {
                others = others.SetItem(other, count);
            }
        }

        _changes.Add((step, others));
    }

    /// <summary>The clock in a step.</summary>
    public ImmutableArray<(int Process, long Count)> In(long step)
    {
        var (low, high) = (0, _changes.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _changes[middle].Step <= step ? (middle, high) : (low, middle - 1);
        }

        return [.. _changes[low].Others.SetItem(process, step).Select(entry => (entry.Key, entry.Value))];
    }
}
