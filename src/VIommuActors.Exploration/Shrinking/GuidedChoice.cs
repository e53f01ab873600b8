using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Shrinking;

/// <summary>
/// Follows a wish list of steps as far as it can: of the wanted lanes the first that can deliver is taken, and where none can, the first
/// lane there is, without a fault. Notes what was done, so that the run can be repeated and shortened again.
/// </summary>
internal sealed class GuidedChoice : IChoice, IStepObserver
{
    private readonly List<LaneId> _wanted = [];
    private readonly List<int> _choices = [];
    private readonly List<TakenStep> _taken = [];

    /// <inheritdoc/>
    public bool NeedsLanes => true;

    /// <summary>The decisions of the run.</summary>
    public IReadOnlyList<int> Choices => _choices;

    /// <summary>Its steps.</summary>
    public IReadOnlyList<TakenStep> Taken => _taken;

    /// <summary>Wishes for the next run.</summary>
    public void Begin(IEnumerable<LaneId> wanted)
    {
        _wanted.Clear();
        _wanted.AddRange(wanted);
        _choices.Clear();
        _taken.Clear();
    }

    /// <inheritdoc/>
    public int Next(ReadOnlySpan<LaneId> enabled)
    {
        int chosen = Choose(enabled);
        _choices.Add(chosen);
        return chosen;
    }

    /// <inheritdoc/>
    int IChoice.Next(int count) => throw new NotSupportedException("Wishes name lanes.");

    /// <inheritdoc/>
    public void Delivering(in Step step)
    {
        _taken.Add(new TakenStep(step.Lane, (int)step.Cause, step.Enabled));
        int fulfilled = _wanted.IndexOf(step.Lane);
        if (fulfilled >= 0)
        {
            _wanted.RemoveAt(fulfilled);
        }
    }

    private int Choose(ReadOnlySpan<LaneId> enabled)
    {
        foreach (var wish in _wanted)
        {
            int index = enabled.IndexOf(wish);
            if (index >= 0)
            {
                return index;
            }
        }

        for (int i = 0; i < enabled.Length; i++)
        {
            if (enabled[i].Fault == LaneFault.None)
            {
                return i;
            }
        }

        return 0;
    }
}

/// <summary>A step of a run that is being shortened.</summary>
/// <param name="Lane">Its lane, and the fault if there was one.</param>
/// <param name="Cause">Number of the step that sent its message, 0 from outside.</param>
/// <param name="Enabled">How many choices there were.</param>
internal readonly record struct TakenStep(LaneId Lane, int Cause, int Enabled);
