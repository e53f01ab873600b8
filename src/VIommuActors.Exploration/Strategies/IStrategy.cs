using System.Text.Json.Nodes;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Strategies;

/// <summary>
/// Chooses one schedule after the other. One that is also an
/// <see cref="IStepObserver"/> or <see cref="ITouchObserver"/> sees the steps.
/// </summary>
public interface IStrategy : IChoice
{
    /// <summary>
    /// As a user writes it: <c>random</c>, <c>pct:3</c>, <c>pos</c>, <c>crowd</c>, <c>novel</c>, <c>dfs</c>, <c>dpor</c>.
    /// </summary>
    string Name { get; }

    /// <summary>True when running out of schedules proves that every execution was covered.</summary>
    bool Proves { get; }

    /// <summary>What this strategy could not cover although it ran out of schedules; null for nothing.</summary>
    string? Gap => null;

    /// <summary>Seed of one schedule; 0 for a strategy without randomness.</summary>
    ulong SeedOf(long schedule) => 0;

    /// <summary>
    /// The same strategy for another thread, every schedule with the same number the same schedule. Null, the default, when a schedule
    /// depends on those before it: such a search has one worker.
    /// </summary>
    IStrategy? ForWorker() => null;

    /// <summary>Called once, before the first schedule.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="prefix">Number of choices at the beginning of every schedule that are given and not asked for.</param>
    void Attach(SimKernel kernel, int prefix)
    {
    }

    /// <summary>Prepares a schedule. Called again with the same number when the schedule was given up before its end.</summary>
    /// <param name="schedule">Its number, from 1.</param>
    /// <returns>False when no schedule is left.</returns>
    bool Begin(long schedule);

    /// <summary>The schedule has ended; messages that nobody took still wait in their lanes.</summary>
    /// <returns>False when it only repeated a known execution and is not to be counted.</returns>
    bool End();

    /// <summary>State between two schedules.</summary>
    JsonObject Save();

    /// <summary>Takes over a state that <see cref="Save"/> returned.</summary>
    void Load(JsonObject state);
}
