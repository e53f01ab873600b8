using System.Collections.Immutable;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Running;

namespace VIommuActors.Cli;

/// <summary>What the process returns. Scripts rely on the numbers.</summary>
public enum ExitCode
{
    /// <summary>The verdict is what the scenario expects.</summary>
    AsExpected = 0,

    /// <summary>Safety was broken where it should have held.</summary>
    Violation = 1,

    /// <summary>The command line or a scenario is wrong.</summary>
    Usage = 2,

    /// <summary>Something that should have ended never did.</summary>
    NotLive = 3,

    /// <summary>The runs or limits given ended before the goal was reached.</summary>
    BudgetEnded = 4,

    /// <summary>The same scenario and seed did not give the same trace.</summary>
    Diverged = 5,

    /// <summary>Something is missing in the environment.</summary>
    Environment = 6,

    /// <summary>A defect of the tool.</summary>
    Internal = 70,

    /// <summary>Stopped by the user.</summary>
    Interrupted = 130,
}

/// <summary>What the codes mean, in the words that <c>--help</c> prints.</summary>
internal static class ExitCodes
{
    /// <summary>Every code, in ascending order.</summary>
    public static ImmutableArray<(ExitCode Code, string Meaning)> All { get; } =
    [
        (ExitCode.AsExpected, "the verdict is what the scenario expects"),
        (ExitCode.Violation, "an unexpected safety violation"),
        (ExitCode.Usage, "usage or scenario error"),
        (ExitCode.NotLive, "liveness not reached: something never ended"),
        (ExitCode.BudgetEnded, "the runs or limits ended before the goal"),
        (ExitCode.Diverged, "the same run gave a different trace"),
        (ExitCode.Environment, "something is missing in the environment (see: viommu doctor)"),
        (ExitCode.Internal, "internal error; a report was written"),
        (ExitCode.Interrupted, "interrupted"),
    ];

    /// <summary>An outcome is numbered as the code it leads to.</summary>
    public static ExitCode Of(Outcome outcome) => (ExitCode)(int)outcome;
}
