namespace VIommuActors.Simulation;

/// <summary>
/// Repeats recorded decisions, then asks another strategy, and records everything decided: replay, resume and prefix search in one.
/// </summary>
public sealed class RecordedChoice : IChoice
{
    private readonly int[] _prefix;
    private readonly IChoice _rest;
    private readonly List<int> _taken = [];

    /// <summary>A strategy that first repeats a prefix.</summary>
    /// <param name="prefix">Decisions in order, as <see cref="Taken"/> gave them: one per step that had at least two enabled lanes.</param>
    /// <param name="rest">Decides after the prefix; the first lane when null.</param>
    public RecordedChoice(IEnumerable<int> prefix, IChoice? rest = null)
    {
        _prefix = [.. prefix];
        _rest = rest ?? FirstChoice.Instance;
    }

    /// <summary>A strategy that only records what another one decides.</summary>
    public RecordedChoice(IChoice rest)
        : this([], rest)
    {
    }

    /// <summary>All decisions so far, the repeated ones included.</summary>
    public IReadOnlyList<int> Taken => _taken;

    /// <summary>True while every recorded decision was possible: a false value means that the program is not the recorded one.</summary>
    public bool Followed { get; private set; } = true;

    /// <inheritdoc/>
    public bool NeedsLanes => _rest.NeedsLanes;

    /// <inheritdoc/>
    public int Next(ReadOnlySpan<LaneId> enabled) =>
        Record(_taken.Count < _prefix.Length ? Repeat(enabled.Length) : _rest.Next(enabled));

    /// <inheritdoc/>
    public int Next(int count) =>
        Record(_taken.Count < _prefix.Length ? Repeat(count) : _rest.Next(count));

    /// <summary>A recorded index that no longer exists falls back to the last lane, so that shortened recordings still run.</summary>
    private int Repeat(int count)
    {
        int wanted = _prefix[_taken.Count];
        if ((uint)wanted < (uint)count)
        {
            return wanted;
        }

        Followed = false;
        return count - 1;
    }

    private int Record(int index)
    {
        _taken.Add(index);
        return index;
    }
}
