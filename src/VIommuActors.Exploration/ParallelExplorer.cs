using VIommuActors.Exploration.Internals;
using VIommuActors.Exploration.Strategies;

namespace VIommuActors.Exploration;

/// <summary>
/// A search with several threads. It runs the schedules that <see cref="Explorer"/> runs, counts them in the same order and ends at the
/// same one, so every number, the first violation and the checkpoint are those of one worker.
/// </summary>
/// <remarks>
/// The workers run ahead of what is counted by a bounded number of schedules; what lies behind the end of the search is thrown away.
/// </remarks>
public static class ParallelExplorer
{
    /// <summary>Largest number of workers.</summary>
    public const int MaxWorkers = 256;

    /// <summary>Searches until the strategy, the budget or the caller ends it.</summary>
    /// <param name="make">
    /// Makes the world of a worker, counted from 0. Called on the worker's thread, so by several threads at once. Every call must make the
    /// same program.
    /// </param>
    /// <param name="workers">Number of threads, from 1 to <see cref="MaxWorkers"/>. With 1 the calling thread does all.</param>
    /// <param name="options">
    /// As for <see cref="Explorer.Explore"/>; <see cref="ExploreOptions.Continue"/> is called on the calling thread. With more than one
    /// worker the strategy must have a <see cref="IStrategy.ForWorker"/>.
    /// </param>
    /// <param name="cancel">Ends the search; schedules in progress are given up and not counted.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of workers is out of range.</exception>
    /// <exception cref="ArgumentException">The strategy cannot share schedules, or the checkpoint is of another search.</exception>
    /// <remarks>Whatever a worker throws is thrown here, once all have ended; of several the one in the first schedule.</remarks>
    public static ExploreResult Explore(Func<int, WorkerWorld> make, int workers, ExploreOptions options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(workers, MaxWorkers);
        if (workers == 1)
        {
            return ExploreAlone(make, options, cancel);
        }

        if (options.Strategy.ForWorker() is null)
        {
            throw new ArgumentException(
                $"{options.Strategy.Name} has one worker: what a schedule does depends on those before it. "
                + "Strategies that share their schedules: random, pos, crowd.",
                nameof(workers));
        }

        var tally = new Tally(options.Strategy);
        if (options.Resume is { } saved)
        {
            tally.Load(saved.Json);
        }

        var queue = new BatchQueue(tally.Schedules + 1, options.MaxSchedules, workers, cancel);
        var threads = new Thread[workers];
        ExploreResult result;
        try
        {
            for (int i = 0; i < workers; i++)
            {
                int worker = i;
                threads[i] = new Thread(() => Work(() => make(worker), options, queue, cancel))
                {
                    IsBackground = true,
                    Name = $"explorer {worker}",
                };
                queue.Enter();
                threads[i].Start();
            }

            result = Merge(tally, queue, options, cancel);
        }
        finally
        {
            queue.Stop();
            foreach (var thread in threads)
            {
                thread?.Join();
            }
        }

        queue.ThrowIfFailed(); // a world that could not be disposed
        return result;
    }

    private static ExploreResult ExploreAlone(Func<int, WorkerWorld> make, ExploreOptions options, CancellationToken cancel)
    {
        var place = make(0);
        using (place.Owner)
        {
            return new Explorer(place.Kernel).Explore(place.World, options, cancel);
        }
    }

    /// <summary>Counts the schedules one after the other, as <see cref="Explorer"/> does when it has run them itself.</summary>
    private static ExploreResult Merge(Tally tally, BatchQueue queue, ExploreOptions options, CancellationToken cancel)
    {
        Batch? batch = null;
        int at = 0;
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

            if (tally.Schedules >= options.MaxSchedules || options.Continue?.Invoke(tally.Progress) == false)
            {
                return tally.Result(ExploreEnd.Budget, options);
            }

            while (batch is null || at == batch.Count)
            {
                batch?.ThrowIfFailed();
                batch = batch is { IsWhole: false } ? null : queue.Next();
                at = 0;
                if (batch is null)
                {
                    return tally.Result(ExploreEnd.Cancelled, options); // between the look at the token and now
                }
            }

            tally.Count(batch.Outcomes[at], options.CountDistinct, batch.Choices ?? []);
            at++;
        }
    }

    private static void Work(Func<WorkerWorld> make, ExploreOptions options, BatchQueue queue, CancellationToken cancel)
    {
        try
        {
            var place = make();
            using (place.Owner)
            {
                // Made here, in this thread's memory: two workers that write to one cache line run at half their speed.
                var strategy = options.Strategy.ForWorker()!;
                strategy.Attach(place.Kernel, options.Prefix.Count);
                var runner = new ScheduleRunner(place.Kernel, place.World, options, strategy);
                while (queue.Take() is { } batch)
                {
                    Fill(batch, runner, strategy, options, queue, cancel);
                    queue.Post(batch);
                    if (batch.Failed)
                    {
                        return;
                    }
                }
            }
        }
#pragma warning disable CA1031 // the calling thread throws it
        catch (Exception error)
#pragma warning restore CA1031
        {
            queue.Fail(error);
        }
        finally
        {
            queue.Leave();
        }
    }

    private static void Fill(
        Batch batch, ScheduleRunner runner, IStrategy strategy, ExploreOptions options, BatchQueue queue, CancellationToken cancel)
    {
        try
        {
            for (long schedule = batch.First; batch.Count < batch.Size && queue.IsWanted(schedule); schedule++)
            {
                strategy.Begin(schedule);
                if (runner.Run(cancel) is not { } outcome)
                {
                    return;
                }

                if (outcome.Property is not null)
                {
                    batch.Choices ??= runner.Choices;
                    if (options.StopAtViolation)
                    {
                        queue.EndAt(schedule);
                    }
                }

                batch.Add(outcome);
            }
        }
#pragma warning disable CA1031 // the calling thread throws it
        catch (Exception error)
#pragma warning restore CA1031
        {
            batch.Fail(error);
        }
    }
}
