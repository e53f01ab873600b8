using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Experiments.Running;
using VIommuActors.Exploration;
using VIommuActors.Exploration.Shrinking;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Simulation;

namespace VIommuActors.Cli.Exploring;

/// <summary>Carries out a search.</summary>
internal static class Searcher
{
    /// <summary>Looks whether a search can be carried out at all, before the first thread begins.</summary>
    /// <exception cref="ToolException">The scenario cannot be searched so.</exception>
    public static void Check(SearchPlan plan)
    {
        var strategy = Strategy.Parse(plan.Strategy, plan.Setup.Seed);
        if (plan.Workers > 1 && strategy.ForWorker() is null)
        {
            throw ToolException.Usage(
                "--workers", Numbers.Plain(plan.Workers), $"what a schedule of {plan.Strategy} does depends on those before it",
                "1, or --strategy random, pos or crowd");
        }
        try
        {
            using var system = SimSystem.Create("viommu");
            using var world = plan.Setup.World(system);
        }
        catch (UnsupportedCombinationException e)
        {
            throw ToolException.Usage(e.Key, e.Value, e.Message, e.Accepted);
        }
    }

    /// <summary>Searches until the strategy, the budget or the user ends it.</summary>
    public static SearchOutcome Run(ToolSession session, SearchPlan plan, SavedSearch? saved)
    {
        var budget = Budget.Parse(plan.BudgetText);
        var strategy = Strategy.Parse(plan.Strategy, plan.Setup.Seed);
        var clock = session.Host.Clock;
        var start = clock.GetTimestamp();
        // Without a number of schedules there is no share of the work to show.
        IProgressView progress = budget.Schedules is not null || session.IsQuiet
            ? session.Progress()
            : new PlainProgress(session.Host.Console.Error, clock);
        var options = plan.Setup.Bounds(strategy) with
        {
            MaxSchedules = budget.Schedules ?? long.MaxValue,
            StopAtViolation = !plan.All,
            Resume = saved?.Checkpoint,
        };
        var result = progress.During("explore: schedules", budget.Schedules ?? 0, report => ParallelExplorer.Explore(
            _ => Place(plan.Setup),
            plan.Workers,
            options with
            {
                Continue = done =>
                {
                    report(done.Schedules);
                    return budget.Time is not { } time || clock.GetElapsedTime(start) < time;
                },
            },
            session.Cancel));
        return new(plan, result, strategy.Proves, clock.GetElapsedTime(start));
    }

    private static WorkerWorld Place(SearchSetup setup)
    {
        var system = SimSystem.Create("viommu");
        var world = setup.World(system);
        return new WorkerWorld(system.Kernel, world, new Both(world, system));
    }

    /// <summary>The same violation with fewer steps, which end with it.</summary>
    public static (SearchSetup Setup, IReadOnlyList<int> Choices) Shorten(SearchSetup setup, FoundViolation found)
    {
        var shorter = setup with { Stops = true };
        using var system = SimSystem.Create("viommu");
        using var world = shorter.World(system);
        var bounds = shorter.Bounds(new RandomStrategy(0));
        var shrunk = new Shrinker(new Explorer(system.Kernel)).Shrink(world, found.Choices, bounds, CancellationToken.None);
        return shrunk is not null && shrunk.Property == found.Property ? (shorter, shrunk.Choices) : (setup, found.Choices);
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
