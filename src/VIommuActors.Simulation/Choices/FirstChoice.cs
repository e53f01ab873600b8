namespace VIommuActors.Simulation;

/// <summary>Always the first lane in canonical order: one fixed schedule.</summary>
public sealed class FirstChoice : IChoice
{
    /// <summary>The strategy has no state; this is the only instance needed.</summary>
    public static FirstChoice Instance { get; } = new();

    /// <inheritdoc/>
    public bool NeedsLanes => false;

    /// <inheritdoc/>
    public int Next(ReadOnlySpan<LaneId> enabled) => 0;

    /// <inheritdoc/>
    public int Next(int count) => 0;
}
