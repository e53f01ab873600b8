using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Cli.Comparing;
using VIommuActors.Experiments.Running;

namespace VIommuActors.Cli.Running;

/// <summary>A single run and what is known about it.</summary>
/// <param name="Comparison">The run as a comparison of one protocol over one seed.</param>
/// <param name="Manifest">How to do it again.</param>
/// <param name="Result">What it came to.</param>
/// <param name="TraceFile">Path of the trace; null when none was wanted.</param>
/// <param name="TraceSha256">Its digest; null when none was wanted.</param>
/// <param name="Repetition">What a second run showed; null when none was wanted.</param>
internal sealed record RunOutcome(
    Comparison Comparison, Manifest Manifest, RunResult Result, string? TraceFile, string? TraceSha256, Repetition? Repetition)
{
    /// <summary>Its only tally.</summary>
    public Tally Tally => Comparison.Tallies[0];

    /// <summary>What the process returns.</summary>
    public ExitCode Code => Result.Ending == RunEnding.Cancelled ? ExitCode.Interrupted
        : Repetition is { IsSame: false } ? ExitCode.Diverged
        : ExitCodes.Of(Tally.Outcome);
}

/// <summary>A second run of the same scenario and seed.</summary>
/// <param name="Difference">The first line in which its trace differs, in words; null when there is none.</param>
internal sealed record Repetition(string? Difference)
{
    /// <summary>True when both traces are equal byte for byte.</summary>
    public bool IsSame => Difference is null;
}
