using System.Text.Json.Nodes;
using VIommuActors.Exploration.Internals;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Strategies;

/// <summary>
/// Walks that pick uniformly among the enabled choices. Schedule n of seed s is schedule 1
/// of seed s + n - 1, and <see cref="RandomChoice"/> of that seed.
/// </summary>
/// <param name="seed">Seed of the first schedule.</param>
public sealed class RandomStrategy(ulong seed) : IStrategy
{
    private readonly RandomChoice _choice = new(seed);

    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public bool Proves => false;

    /// <inheritdoc/>
    public bool NeedsLanes => false;

    /// <inheritdoc/>
    public ulong SeedOf(long schedule) => unchecked(seed + (ulong)schedule - 1);

    /// <inheritdoc/>
    public IStrategy ForWorker() => new RandomStrategy(seed);

    /// <inheritdoc/>
    public bool Begin(long schedule)
    {
        _choice.Restart(SeedOf(schedule));
        return true;
    }

    /// <inheritdoc/>
    public int Next(ReadOnlySpan<LaneId> enabled) => _choice.Next(enabled.Length);

    /// <inheritdoc/>
    public int Next(int count) => _choice.Next(count);

    /// <inheritdoc/>
    public bool End() => true;

    /// <inheritdoc/>
    public JsonObject Save() => new() { ["seed"] = seed };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The saved search has another seed.</exception>
    public void Load(JsonObject state)
    {
        if ((ulong)state.Field("seed") != seed)
        {
            throw new ArgumentException($"The saved search has seed {state["seed"]}, not {seed}.", nameof(state));
        }
    }
}
