using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Exploring;
using VIommuActors.Experiments.Running;
using VIommuActors.Exploration;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cli.Exploring;

/// <summary>What a search came to.</summary>
/// <param name="Plan">What was asked for.</param>
/// <param name="Result">Counts and the first violation.</param>
/// <param name="Proves">True when the strategy can prove that it left nothing out.</param>
/// <param name="Elapsed">By the wall clock.</param>
internal sealed record SearchOutcome(
    SearchPlan Plan, ExploreResult Result, bool Proves, TimeSpan Elapsed)
{
    /// <summary>The first violation, run again; null when there is none.</summary>
    public TracedSchedule? Counterexample { get; init; }

    /// <summary>Its trace; null when there is none.</summary>
    public string? TraceFile { get; init; }

    /// <summary>The same, shrunk, run again; null when there is none.</summary>
    public TracedSchedule? Shrunk { get; init; }

    /// <summary>Its trace; null when there is none.</summary>
    public string? ShrunkFile { get; init; }

    /// <summary>Where an unfinished search was kept; null when it was not.</summary>
    public string? SavedFile { get; init; }

    /// <summary>Why some of these are missing; null when all that there is to write was written.</summary>
    public string? WriteError { get; init; }

    private const string OwnFaults =
        "The scenario's own fault rules strike by dice and by the clock and are not searched; see --faults.";

    /// <summary>What the scenario states of the design; null when any verdict will do.</summary>
    public Verdict? Expected => Expectations.ExpectedOf(Plan.Setup.Loaded.Scenario, Plan.Setup.Protocol);

    /// <summary>How many schedules broke which property.</summary>
    public IReadOnlyDictionary<string, long> Found => Result.ViolationsOf;

    /// <summary>What was found: safety weighs more than liveness.</summary>
    public Verdict Verdict => Found.Count == 0 ? Verdict.Held
        : Found.Keys.Any(MachineWorld.IsSafety) ? Verdict.Violated
        : Verdict.Hung;

    /// <summary>True when the user stopped it.</summary>
    public bool IsInterrupted => Result.End == ExploreEnd.Cancelled;

    /// <summary>
    /// The verdict against what is expected. Finding nothing is what a sample can do for a design that is expected to hold; a
    /// strategy that could have proved it has not reached its goal before it is complete.
    /// </summary>
    public Outcome Outcome => (Verdict, Expected) switch
    {
        (Verdict.Held, Verdict.Violated or Verdict.Hung) => Outcome.GoalNotReached,
        (Verdict.Held, _) => Proves && !Result.Complete ? Outcome.GoalNotReached : Outcome.AsExpected,
        (_, null) => Outcome.AsExpected,
        (Verdict.Violated, not Verdict.Violated) => Outcome.UnexpectedViolation,
        (Verdict.Hung, not Verdict.Hung) => Outcome.NotLive,
        _ => Outcome.AsExpected,
    };

    /// <summary>What the process returns.</summary>
    public ExitCode Code => IsInterrupted ? ExitCode.Interrupted
        : Outcome == Outcome.AsExpected && WriteError is not null ? ExitCode.Environment
        : ExitCodes.Of(Outcome);

    /// <summary>What was not explored, one sentence each; last what no search of a machine explores.</summary>
    public IEnumerable<string> NotExplored =>
    [
        .. Result.NotExplored,
        .. Plan.Setup.Loaded.Scenario.Faults.IsEmpty ? Array.Empty<string>() : [OwnFaults],
        .. MachineWorld.Bounds,
    ];
}
