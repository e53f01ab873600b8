using VIommuActors.Exploration.Internals;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration;

/// <summary>Runs a world under one schedule after the other and checks it after each.</summary>
/// <param name="kernel">The kernel of the simulated system in which the world lives.</param>
public sealed class Explorer(SimKernel kernel)
{
    /// <summary>Searches until the strategy, the budget or the caller ends it.</summary>
    /// <param name="world">The program.</param>
    /// <param name="options">Strategy, bounds, budget.</param>
    /// <param name="cancel">Ends the search; the schedule in progress is given up and not counted.</param>
    /// <exception cref="InvalidOperationException">The same choices did not lead to the same state twice.</exception>
    /// <exception cref="ArgumentException">The checkpoint is that of another search.</exception>
    /// <exception cref="SimEscapeException">An actor did something on a thread that the kernel does not control.</exception>
    public ExploreResult Explore(IWorld world, ExploreOptions options, CancellationToken cancel)
    {
        var strategy = options.Strategy;
        var tally = new Tally(strategy);
        strategy.Attach(kernel, options.Prefix.Count);
        if (options.Resume is { } saved)
        {
            tally.Load(saved.Json);
        }

        var runner = new ScheduleRunner(kernel, world, options, strategy);
        while (true)
        {
            if (tally.First is not null && options.StopAtViolation)
            {
                return tally.Result(ExploreEnd.Violation, options);
            }

            if (cancel.IsCancellationRequested)
            {
                return tally.Result(ExploreEnd.Cancelled, options);
            }

            if (!strategy.Begin(tally.Schedules + 1))
            {
                return tally.Result(ExploreEnd.Exhausted, options);
            }

            if (tally.Schedules >= options.MaxSchedules || options.Continue?.Invoke(tally.Progress) == false)
            {
                return tally.Result(ExploreEnd.Budget, options);
            }

            if (runner.Run(cancel) is { } outcome)
            {
                tally.Count(outcome, options.CountDistinct, tally.Wants(outcome) ? runner.Choices : []);
            }
        }
    }

    /// <summary>Runs one recorded schedule again.</summary>
    /// <param name="world">The program.</param>
    /// <param name="choices">The choices of the schedule; after the last one the first choice is taken.</param>
    /// <param name="observer">Sees the steps, before the world's own observer; null for none.</param>
    /// <param name="options">Bounds of the schedule; those of the search that found it. The strategy is not used.</param>
    /// <param name="cancel">Ends the schedule early.</param>
    public ReplayResult Replay(
        IWorld world, IReadOnlyList<int> choices, IStepObserver? observer, ExploreOptions options, CancellationToken cancel)
    {
        var recorded = new RecordedChoice(choices);
        var hash = new HistoryHash();
        var (property, end) = RunWith(world, recorded, new Both(hash, observer, world.Observer), options, cancel);
        bool followed = recorded.Followed && recorded.Taken.Count == choices.Count;
        return new ReplayResult(followed, property, kernel.Steps, end, hash.Value());
    }

    /// <summary>One schedule under any choice.</summary>
    internal (string? Property, RunEnd End) RunWith(
        IWorld world, IChoice choice, IStepObserver observer, ExploreOptions bounds, CancellationToken cancel)
    {
        kernel.Faults = world.Faults;
        kernel.BeginRun(choice, observer);
        try
        {
            world.Begin(kernel);
            var end = kernel.Run(bounds.MaxSteps, bounds.MaxTimeNs, cancel);
            return (world.Check(), end);
        }
        finally
        {
            world.End(kernel);
        }
    }

    private sealed class Both(HistoryHash hash, IStepObserver? first, IStepObserver? second) : IStepObserver
    {
        public void Delivering(in Step step)
        {
            hash.Add(step.Lane);
            first?.Delivering(step);
            second?.Delivering(step);
        }
    }
}
