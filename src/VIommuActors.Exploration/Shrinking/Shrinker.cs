using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Shrinking;

/// <summary>A schedule that breaks a property, and nothing that it can do without.</summary>
/// <param name="Property">What does not hold.</param>
/// <param name="Choices">Its decisions; <see cref="Explorer.Replay"/> runs them again.</param>
/// <param name="Steps">Its steps.</param>
/// <param name="Faults">How many of these are faults.</param>
/// <param name="Attempts">Schedules that were tried.</param>
public sealed record ShrunkSchedule(string Property, IReadOnlyList<int> Choices, long Steps, int Faults, long Attempts);

/// <summary>
/// Shortens a schedule: leaves out faults, then steps together with all that only they lead to, and keeps whatever still breaks the same
/// property with fewer faults, or as many and fewer steps.
/// </summary>
/// <remarks>
/// Every attempt is a run of the program itself. A world that stops its kernel as soon as the property is broken gets shorter schedules:
/// for one that runs to its end, everything that happens after the breach counts.
/// </remarks>
/// <param name="explorer">Of the kernel in which the world lives.</param>
public sealed class Shrinker(Explorer explorer)
{
    private readonly GuidedChoice _guide = new();
    private long _attempts;

    /// <summary>Shortens one schedule.</summary>
    /// <param name="world">The program.</param>
    /// <param name="choices">The decisions of the schedule.</param>
    /// <param name="bounds">Bounds of a schedule; the strategy is not used.</param>
    /// <param name="cancel">Ends the search for a shorter one; what was reached by then is returned.</param>
    /// <returns>Null when the choices, run again, break nothing.</returns>
    public ShrunkSchedule? Shrink(IWorld world, IReadOnlyList<int> choices, ExploreOptions bounds, CancellationToken cancel)
    {
        _attempts = 0;
        var recorder = new StepRecorder();
        var replayed = explorer.Replay(world, choices, recorder, bounds, CancellationToken.None);
        if (replayed.Property is not { } property)
        {
            return null;
        }

        var best = new Candidate(recorder.Taken, choices);
        if (Try(world, best.Steps.Select(step => step.Lane), property, bounds) is { } followed && followed.Cost.CompareTo(best.Cost) <= 0)
        {
            best = followed;
        }

        bool isShorter = true;
        while (isShorter && !cancel.IsCancellationRequested)
        {
            isShorter = WithoutFaults(world, property, bounds, ref best, cancel) | WithoutSteps(world, property, bounds, ref best, cancel);
        }

        return new ShrunkSchedule(property, best.Choices, best.Steps.Count, best.Cost.Faults, _attempts);
    }

    private bool WithoutFaults(IWorld world, string property, ExploreOptions bounds, ref Candidate best, CancellationToken cancel)
    {
        bool isShorter = false;
        for (int i = 0; i < best.Steps.Count && !cancel.IsCancellationRequested; i++)
        {
            if (best.Steps[i].Lane.Fault == LaneFault.None)
            {
                continue;
            }

            var lanes = best.Steps.Select(step => step.Lane).ToArray();
            lanes[i] = lanes[i] with { Fault = LaneFault.None };
            isShorter |= Improve(world, lanes, property, bounds, ref best);
        }

        return isShorter;
    }

    /// <summary>From the end, because what comes late leads to little.</summary>
    private bool WithoutSteps(IWorld world, string property, ExploreOptions bounds, ref Candidate best, CancellationToken cancel)
    {
        bool isShorter = false;
        for (int i = best.Steps.Count; i > 0 && !cancel.IsCancellationRequested; i = Math.Min(i - 1, best.Steps.Count))
        {
            if (!CouldWait(best.Steps, i))
            {
                continue;
            }

            isShorter |= Improve(world, Without(best.Steps, i, andLater: true), property, bounds, ref best)
                || Improve(world, Without(best.Steps, i, andLater: false), property, bounds, ref best);
        }

        return isShorter;
    }

    private bool Improve(IWorld world, IEnumerable<LaneId> wanted, string property, ExploreOptions bounds, ref Candidate best)
    {
        if (Try(world, wanted, property, bounds) is not { } shorter || shorter.Cost.CompareTo(best.Cost) >= 0)
        {
            return false;
        }

        best = shorter;
        return true;
    }

    private Candidate? Try(IWorld world, IEnumerable<LaneId> wanted, string property, ExploreOptions bounds)
    {
        _attempts++;
        _guide.Begin(wanted);
        var (found, _) = explorer.RunWith(world, _guide, _guide, bounds, CancellationToken.None);
        return found == property ? new Candidate([.. _guide.Taken], [.. _guide.Choices]) : null;
    }

    /// <summary>A step that was the only choice comes again whatever one wishes, unless another one is let go before it.</summary>
    private static bool CouldWait(IReadOnlyList<TakenStep> steps, int number) =>
        steps[number - 1].Enabled > 1 || steps[number - 1].Lane.Fault != LaneFault.None;

    /// <summary>
    /// The lanes of all steps but one and those that it led to: by what it sent and, if wanted, by its receiver's later steps.
    /// </summary>
    private static List<LaneId> Without(IReadOnlyList<TakenStep> steps, int number, bool andLater)
    {
        var gone = new bool[steps.Count + 1];
        gone[number] = true;
        var kept = new List<LaneId>(steps.Count);
        var touched = new HashSet<int> { steps[number - 1].Lane.Receiver };
        for (int i = 1; i <= steps.Count; i++)
        {
            var step = steps[i - 1];
            gone[i] |= i > number && (gone[step.Cause] || (andLater && touched.Contains(step.Lane.Receiver)));
            if (gone[i])
            {
                touched.Add(step.Lane.Receiver);
            }
            else
            {
                kept.Add(step.Lane);
            }
        }

        return kept;
    }

    private sealed class StepRecorder : IStepObserver
    {
        public List<TakenStep> Taken { get; } = [];

        public void Delivering(in Step step) => Taken.Add(new TakenStep(step.Lane, (int)step.Cause, step.Enabled));
    }

    private sealed record Candidate(IReadOnlyList<TakenStep> Steps, IReadOnlyList<int> Choices)
    {
        public (int Faults, int Steps) Cost { get; } = (Steps.Count(step => step.Lane.Fault != LaneFault.None), Steps.Count);
    }
}
