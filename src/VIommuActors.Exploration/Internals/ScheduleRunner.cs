using VIommuActors.Exploration.Strategies;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Internals;

/// <summary>What one schedule came to.</summary>
/// <param name="Redundant">It only repeated a known execution; the rest is not to be counted.</param>
/// <param name="Property">The property that does not hold, or null.</param>
/// <param name="End">Why the run ended.</param>
/// <param name="Steps">Its steps.</param>
/// <param name="Trace">Hash of what every actor handled in which order.</param>
internal readonly record struct Outcome(bool Redundant, string? Property, RunEnd End, long Steps, ulong Trace);

/// <summary>Runs the schedules of one strategy in one world, on one thread.</summary>
internal sealed class ScheduleRunner(SimKernel kernel, IWorld world, ExploreOptions options, IStrategy strategy)
{
    private readonly RunRecorder _recorder = RunRecorder.For(strategy, options.Prefix);

    /// <summary>Choices of the last schedule.</summary>
    public int[] Choices => _recorder.Choices;

    /// <summary>Runs the schedule that the strategy has begun.</summary>
    /// <returns>What it came to; null when it was given up because the token fired.</returns>
    public Outcome? Run(CancellationToken cancel)
    {
        kernel.Faults = world.Faults;
        _recorder.Begin(world.Observer);
        kernel.BeginRun(_recorder, _recorder);
        try
        {
            world.Begin(kernel);
            var end = kernel.Run(options.MaxSteps, options.MaxTimeNs, cancel);
            if (end == RunEnd.Stopped && cancel.IsCancellationRequested)
            {
                return null;
            }

            return strategy.End()
                ? new Outcome(false, world.Check(), end, kernel.Steps, _recorder.Trace)
                : new Outcome(true, null, end, 0, 0);
        }
        finally
        {
            world.End(kernel);
        }
    }
}
