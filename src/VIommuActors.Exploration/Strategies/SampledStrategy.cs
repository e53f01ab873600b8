using System.Text.Json.Nodes;
using VIommuActors.Exploration.Internals;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Strategies;

/// <summary>
/// A strategy whose schedules know nothing of each other: schedule n of seed s is schedule 1 of seed s + n - 1, with any worker.
/// </summary>
/// <param name="seed">Seed of the first schedule.</param>
public abstract class SampledStrategy(ulong seed) : IStrategy
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public bool Proves => false;

    /// <inheritdoc/>
    public virtual bool NeedsLanes => true;

    /// <inheritdoc/>
    public ulong SeedOf(long schedule) => unchecked(seed + (ulong)schedule - 1);

    /// <inheritdoc/>
    public IStrategy ForWorker() => Anew(seed);

    /// <inheritdoc/>
    public virtual void Attach(SimKernel kernel, int prefix)
    {
    }

    /// <inheritdoc/>
    public bool Begin(long schedule)
    {
        Draw(SeedOf(schedule));
        return true;
    }

    /// <inheritdoc/>
    public abstract int Next(ReadOnlySpan<LaneId> enabled);

    /// <inheritdoc/>
    public virtual int Next(int count) => throw new NotSupportedException($"{Name} looks at the lanes.");

    /// <inheritdoc/>
    public bool End() => true;

    /// <inheritdoc/>
    public JsonObject Save() => new() { ["seed"] = seed };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The saved search has another seed.</exception>
    public void Load(JsonObject state) => state.RequireSeed(seed);

    /// <summary>The same strategy with the same first seed, for another thread.</summary>
    protected abstract SampledStrategy Anew(ulong seed);

    /// <summary>Everything that one schedule draws from.</summary>
    /// <param name="schedule">The schedule's own seed.</param>
    protected abstract void Draw(ulong schedule);
}
