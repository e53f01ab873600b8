using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Strategies;

/// <summary>
/// Walks that pick uniformly among the enabled choices. Schedule n of seed s is schedule 1
/// of seed s + n - 1, and <see cref="RandomChoice"/> of that seed.
/// </summary>
/// <param name="seed">Seed of the first schedule.</param>
public sealed class RandomStrategy(ulong seed) : SampledStrategy(seed)
{
    private readonly RandomChoice _choice = new(seed);

    /// <inheritdoc/>
    public override string Name => "random";

    /// <inheritdoc/>
    public override bool NeedsLanes => false;

    /// <inheritdoc/>
    protected override void Draw(ulong schedule) => _choice.Restart(schedule);

    /// <inheritdoc/>
    protected override SampledStrategy Anew(ulong seed) => new RandomStrategy(seed);

    /// <inheritdoc/>
    public override int Next(ReadOnlySpan<LaneId> enabled) => _choice.Next(enabled.Length);

    /// <inheritdoc/>
    public override int Next(int count) => _choice.Next(count);
}
