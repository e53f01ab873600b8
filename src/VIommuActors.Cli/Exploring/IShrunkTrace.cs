using VIommuActors.Cli.Running;

namespace VIommuActors.Cli.Exploring;

/// <summary>A trace that was made shorter, and what it takes to write it.</summary>
internal interface IShrunkTrace
{
    /// <summary>Name of the property that it breaks.</summary>
    string Property { get; }

    /// <summary>Its steps.</summary>
    long Steps { get; }

    /// <summary>How many of these are faults that a search placed.</summary>
    int Faults { get; }

    /// <summary>What was taken out of the scenario, as overrides.</summary>
    IReadOnlyList<string> Cuts { get; }

    /// <summary>Runs on the way.</summary>
    long Attempts { get; }

    /// <summary>The violation in one sentence; known once the trace was written.</summary>
    string Sentence { get; }

    /// <summary>Writes the trace, and beside it what a repetition needs.</summary>
    /// <returns>The trace's file.</returns>
    string Write(RunFolder folder);
}
