namespace VIommuActors.Simulation;

/// <summary>Decides which lane delivers next. Asked only when at least two lanes could.</summary>
/// <remarks>
/// Lanes are offered in canonical order: by receiver slot, then by sender slot. A strategy that needs no more than their number
/// sets <see cref="NeedsLanes"/> to false and answers <see cref="Next(int)"/>; then the list is never built.
/// </remarks>
public interface IChoice
{
    /// <summary>
    /// True (the default) to be asked with the lanes, false to be asked with their number. Read once, when the run begins.
    /// </summary>
    bool NeedsLanes => true;

    /// <summary>Index of the lane that delivers next, from 0 to the number of lanes - 1.</summary>
    int Next(ReadOnlySpan<LaneId> enabled);

    /// <summary>Index of the lane that delivers next, given only how many there are.</summary>
    int Next(int count) => throw new NotSupportedException($"{GetType().Name} decides by lane: its NeedsLanes must be true.");
}
