using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using VIommuActors.Exploration.Internals;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Strategies;

/// <summary>
/// Goes where it has been least often: of the enabled choices it takes the one to the state that the fewest schedules went through, and
/// avoids those behind which every schedule is known; among equals the priorities of <see cref="PosStrategy"/> decide.
/// </summary>
/// <remarks>
/// That a learning scheduler should be paid for new states is from Mukherjee, Deligiannis, Biswas and Lal, "Learning-based controlled
/// concurrency testing" (OOPSLA 2020); here the count of visits is the whole of what is learned. A state is what every actor has handled
/// in which order, so schedules that only swap steps of different receivers meet in the same states. Every schedule comes to a state that
/// none before it did, until all are known or too many. What a schedule does depends on those before it: only a search from the beginning,
/// or its choices, repeats it.
/// </remarks>
/// <param name="seed">Decides between choices that are equally new.</param>
public sealed class NovelStrategy(ulong seed) : IStrategy, IStepObserver
{
    /// <summary>States that are remembered, some 60 bytes for each; when there are more, the later ones count as new every time.</summary>
    public const int MaxStates = 1 << 20;

    private readonly StateGraph _states = new(MaxStates);
    private readonly EventPriorities _priorities = new();
    private readonly HistoryHash _history = new();
    private readonly List<ulong> _offered = []; // states that could have followed, step after step
    private readonly List<(ulong State, int Offered)> _path = []; // state before a step, and where in that list its own end
    private bool _asked;

    /// <inheritdoc/>
    public string Name => "novel";

    /// <inheritdoc/>
    public bool Proves => false;

    /// <inheritdoc/>
    public bool Begin(long schedule)
    {
        _priorities.Begin(EventPriorities.KeyOf(unchecked(seed + (ulong)schedule - 1)));
        _history.Clear();
        _offered.Clear();
        _path.Clear();
        _asked = false;
        return true;
    }

    /// <inheritdoc/>
    public int Next(ReadOnlySpan<LaneId> enabled)
    {
        int best = 0;
        uint fewest = uint.MaxValue;
        ulong highest = 0;
        for (int i = 0; i < enabled.Length; i++)
        {
            ulong state = _history.After(enabled[i]);
            _offered.Add(state);
            uint visits = _states.Visits(state);
            if (visits > fewest)
            {
                continue;
            }

            ulong priority = _priorities.Of(enabled[i]);
            if (visits < fewest || priority > highest)
            {
                (best, fewest, highest) = (i, visits, priority);
            }
        }

        _asked = true;
        return best;
    }

    /// <inheritdoc/>
    public void Delivering(in Step step)
    {
        ulong before = _history.Value();
        _history.Add(step.Lane);
        if (!_asked)
        {
            _offered.Add(_history.Value()); // the only choice, or one of the prefix
        }

        _asked = false;
        _path.Add((before, _offered.Count));
        _priorities.Delivering(step.Lane.Receiver);
    }

    /// <inheritdoc/>
    public bool End()
    {
        _states.Visit(_history.Value(), []);
        var offered = CollectionsMarshal.AsSpan(_offered);
        for (int i = _path.Count - 1; i >= 0; i--)
        {
            int from = i == 0 ? 0 : _path[i - 1].Offered;
            _states.Visit(_path[i].State, offered[from.._path[i].Offered]);
        }

        return true;
    }

    /// <inheritdoc/>
    public JsonObject Save()
    {
        var state = _states.Save();
        state["seed"] = seed;
        return state;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The saved search has another seed.</exception>
    public void Load(JsonObject state)
    {
        state.RequireSeed(seed);

        _states.Load(state);
    }
}
