using System.Text.Json.Nodes;
using VIommuActors.Exploration.Internals;
using VIommuActors.Seeds;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Strategies;

/// <summary>
/// Random priorities with D - 1 moments at which the leader falls back: good at bugs that need few orderings to be just so.
/// </summary>
/// <remarks>
/// After Burckhardt, Kothari, Musuvathi and Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs" (2010).
/// Priorities belong to lanes (a fault to a lane of its own), because a lane is what Akka keeps in order, as a thread does with its
/// instructions; a priority per actor could not tell two senders apart. With n lanes and k choices a bug that D orderings make is hit
/// with probability 1 / (n k^(D-1)) or more. k is the largest number of choices of the schedules so far, so the first schedules have
/// no useful change points.
/// </remarks>
/// <param name="depth">D, from 1 to <see cref="MaxDepth"/>.</param>
/// <param name="seed">Seed of the first schedule.</param>
public sealed class PctStrategy(int depth, ulong seed) : IStrategy
{
    /// <summary>Largest D.</summary>
    public const int MaxDepth = 64;

    private const ulong Leading = 1UL << 63; // above every priority a change point gives
    private readonly Dictionary<LaneId, ulong> _priorities = [];
    private readonly List<int> _changes = [];
    private SeededRandom _random = new(seed);
    private int _choices;
    private int _mostChoices = 1;

    /// <inheritdoc/>
    public string Name => $"pct:{depth}";

    /// <inheritdoc/>
    public bool Proves => false;

    /// <inheritdoc/>
    public ulong SeedOf(long schedule) => unchecked(seed + (ulong)schedule - 1);

    /// <inheritdoc/>
    public bool Begin(long schedule)
    {
        _random = new SeededRandom(SeedOf(schedule)).Derive("pct");
        _priorities.Clear();
        _choices = 0;
        _changes.Clear();
        for (int i = 1; i < depth; i++)
        {
            _changes.Add(1 + _random.Next(_mostChoices));
        }

        return true;
    }

    /// <inheritdoc/>
    public int Next(ReadOnlySpan<LaneId> enabled)
    {
        _choices++;
        int leader = Leader(enabled);
        for (int i = 0; i < _changes.Count; i++)
        {
            if (_changes[i] == _choices)
            {
                _priorities[enabled[leader]] = (ulong)i;
                leader = Leader(enabled);
            }
        }

        return leader;
    }

    /// <inheritdoc/>
    public bool End()
    {
        _mostChoices = Math.Max(_mostChoices, _choices);
        return true;
    }

    /// <inheritdoc/>
    public JsonObject Save() => new() { ["seed"] = seed, ["mostChoices"] = _mostChoices };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The saved search has another seed.</exception>
    public void Load(JsonObject state)
    {
        state.RequireSeed(seed);

        _mostChoices = (int)state.Count("mostChoices", least: 1, most: int.MaxValue);
    }

    private int Leader(ReadOnlySpan<LaneId> enabled)
    {
        int leader = 0;
        ulong highest = 0;
        for (int i = 0; i < enabled.Length; i++)
        {
            if (!_priorities.TryGetValue(enabled[i], out ulong priority))
            {
                priority = _random.NextUInt64() | Leading;
                _priorities.Add(enabled[i], priority);
            }

            if (i == 0 || priority > highest)
            {
                leader = i;
                highest = priority;
            }
        }

        return leader;
    }
}
