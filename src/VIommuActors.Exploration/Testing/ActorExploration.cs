using System.Globalization;
using System.Runtime.CompilerServices;
using Akka.Actor;
using VIommuActors.Exploration.Strategies;
using VIommuActors.Simulation;
using VIommuActors.Trace.Charts;

namespace VIommuActors.Exploration.Testing;

/// <summary>Searches the schedules of a program of ordinary Akka.NET actors from within a test, whatever the test framework.</summary>
/// <example><code>
/// [Fact]
/// public void No_deposit_is_lost() => ActorExploration.Check(world =>
/// {
///     var account = world.ActorOf(Account.Props(), "account");
///     world.ActorOf(Teller.Props(account), "teller-1").Tell(new Deposit(10));
///     world.ActorOf(Teller.Props(account), "teller-2").Tell(new Deposit(10));
///     return () => Assert.Equal(20, Account.LastBalance);
/// });
/// </code></example>
public static class ActorExploration
{
    /// <summary>
    /// Environment variable that makes <see cref="Check"/> run one schedule instead of a search: <c>NAME=0,1,2</c> for the program of that
    /// name, <c>0,1,2</c> for any. A failed search says what to set.
    /// </summary>
    public const string ReplayVariable = "EXPLORE_REPLAY";

    /// <summary>Searches until something is violated, nothing is left, or the limits are reached.</summary>
    /// <param name="program">
    /// Begins a schedule: creates the actors and sends the first messages; nothing may survive from one call to the next. Returns what
    /// is to be called after the schedule and throws when something is wrong, such as an assertion of the test framework.
    /// </param>
    /// <param name="options">Strategy, limits, faults; null for the defaults.</param>
    /// <param name="caller">Filled in by the compiler.</param>
    /// <returns>What was covered.</returns>
    /// <exception cref="ExplorationFailedException">
    /// A schedule violated something; or completeness was required and not reached; or the replayed schedule was violated or could not be
    /// followed.
    /// </exception>
    /// <exception cref="FormatException">The strategy, or <see cref="ReplayVariable"/>, is not understood.</exception>
    /// <exception cref="InvalidOperationException">The program depends on something else than its messages.</exception>
    public static ExploreResult Check(
        Func<ActorWorld, Action> program, ActorExplorationOptions? options = null, [CallerMemberName] string caller = "") =>
        Run(program, options ?? new ActorExplorationOptions(), caller, Environment.GetEnvironmentVariable(ReplayVariable));

    /// <summary>As <see cref="Check"/>, the variable given.</summary>
    internal static ExploreResult Run(Func<ActorWorld, Action> program, ActorExplorationOptions options, string caller, string? replay)
    {
        string name = options.Name ?? caller;
        using var system = SimSystem.Create("explored", options.Config);
        using var world = new FreshActors(system, program, options);
        if (ReplayChoices.Of(replay, name) is { } given)
        {
            return Replay(system, world, name, given, options);
        }

        var result = new Explorer(system.Kernel).Explore(world, Limits(options), options.Cancel);
        if (result.FirstViolation is { } found)
        {
            throw Report(system, world, name, found, result, options);
        }

        return result.Complete || !options.RequireComplete ? result : throw Incomplete(name, result, options);
    }

    private static ExploreOptions Limits(ActorExplorationOptions options) => new()
    {
        Strategy = Strategy.Parse(options.Strategy, options.Seed),
        MaxSchedules = options.MaxSchedules,
        MaxSteps = options.MaxSteps,
        MaxTimeNs = options.MaxTimeNs,
    };

    private static ExplorationFailedException Report(
        SimSystem system, FreshActors world, string name, FoundViolation found, ExploreResult result, ActorExplorationOptions options)
    {
        var (replayed, chart) = Again(system, world, name, found.Choices, options);
        if (!replayed.Followed || replayed.Property != found.Property)
        {
            throw new InvalidOperationException(
                $"{name}: the schedule that came to \"{found.Property}\" came to \"{replayed.Property ?? "nothing"}\" when run again. "
                + "The program depends on something else than its messages: state that survives a schedule, time, randomness, threads.");
        }

        string how = string.Create(CultureInfo.InvariantCulture, $"{result.Strategy}, seed {options.Seed}: schedule {found.Schedule:#,0}");
        return new ExplorationFailedException(new ExplorationFailure
        {
            Name = name,
            Property = found.Property,
            Strategy = result.Strategy,
            Seed = options.Seed,
            Schedule = found.Schedule,
            Steps = found.Steps,
            Choices = found.Choices,
            Chart = chart.ToText(),
            Explanation = chart.Explain(),
            Report = chart.ToReport(),
            Headline = $"{how} of {name} broke it after {replayed.Steps} steps{CutAt(replayed.End)}.",
            Replay = $"{ReplayVariable}='{name}={string.Join(',', found.Choices)}'",
        }, world.Failure);
    }

    private static ExploreResult Replay(
        SimSystem system, FreshActors world, string name, IReadOnlyList<int> choices, ActorExplorationOptions options)
    {
        var (replayed, chart) = Again(system, world, name, choices, options);
        if (!replayed.Followed || replayed.Property is not null)
        {
            string property = replayed.Property ?? "the schedule cannot be followed";
            string lost = replayed.Followed ? "" : " Its choices do not fit: the program is not the one they were recorded from.";
            throw new ExplorationFailedException(new ExplorationFailure
            {
                Name = name,
                Property = property,
                Strategy = "replay",
                Seed = 0,
                Schedule = 1,
                Steps = replayed.Steps,
                Choices = choices,
                Chart = chart.ToText(),
                Explanation = chart.Explain(),
                Report = chart.ToReport(),
                Headline = $"The schedule of {ReplayVariable}, {replayed.Steps} steps of {name}{CutAt(replayed.End)}.{lost}",
                Replay = $"{ReplayVariable}='{name}={string.Join(',', choices)}'",
            }, world.Failure);
        }

        return new ExploreResult
        {
            Strategy = "replay",
            End = ExploreEnd.Exhausted,
            Schedules = 1,
            Steps = replayed.Steps,
            LongestSchedule = replayed.Steps,
            DistinctTraces = 1,
            Redundant = 0,
            Violations = 0,
            ViolationsOf = new SortedDictionary<string, long>(),
            FirstViolation = null,
            Complete = false,
            NotExplored = [$"Only the schedule of {ReplayVariable} was run."],
            Checkpoint = null,
        };
    }

    private static (ReplayResult Result, SequenceChart Chart) Again(
        SimSystem system, FreshActors world, string name, IReadOnlyList<int> choices, ActorExplorationOptions options)
    {
        var steps = new StepTrace();
        var result = new Explorer(system.Kernel).Replay(world, choices, steps, Limits(options), options.Cancel);
        if (result.Property is { } property)
        {
            steps.Violated(property, world.FailedAtStep ?? result.Steps);
        }

        return (result, SequenceChart.From(null, steps.Lines, new ChartOptions { Title = name, FileName = name }));
    }

    private static string CutAt(RunEnd end) => end switch
    {
        RunEnd.StepLimit => " (cut: the step limit was reached)",
        RunEnd.TimeLimit => " (cut: the time limit was reached)",
        _ => "",
    };

    private static ExplorationFailedException Incomplete(string name, ExploreResult result, ActorExplorationOptions options) => new(
        new ExplorationFailure
        {
            Name = name,
            Property = "incomplete",
            Strategy = result.Strategy,
            Seed = options.Seed,
            Schedule = 0,
            Steps = 0,
            Choices = [],
            Chart = "",
            Explanation = result.NotExplored,
            Report = string.Concat(result.NotExplored.Select(sentence => $"{sentence}\n")),
            Headline = string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Strategy} found nothing in {result.Schedules:#,0} schedules of {name}, but did not cover everything."),
            Replay = null,
        }, null);
}
