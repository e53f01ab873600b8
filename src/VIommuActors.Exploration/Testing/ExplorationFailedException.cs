using System.Text;

namespace VIommuActors.Exploration.Testing;

/// <summary>What a failed search has to tell.</summary>
public sealed record ExplorationFailure
{
    /// <summary>Name of the program.</summary>
    public required string Name { get; init; }

    /// <summary>What did not hold, on one line.</summary>
    public required string Property { get; init; }

    /// <summary>Name of the strategy.</summary>
    public required string Strategy { get; init; }

    /// <summary>Seed of the search.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Number of the schedule that failed, from 1; 0 when none did and only completeness was missed.</summary>
    public required long Schedule { get; init; }

    /// <summary>Steps of that schedule.</summary>
    public required long Steps { get; init; }

    /// <summary>Its decisions: what repeats it.</summary>
    public required IReadOnlyList<int> Choices { get; init; }

    /// <summary>Its sequence chart, at most 76 columns wide; empty without a schedule.</summary>
    public required string Chart { get; init; }

    /// <summary>Why it came about, a sentence each.</summary>
    public required IReadOnlyList<string> Explanation { get; init; }

    /// <summary>Chart and explanation as text.</summary>
    public required string Report { get; init; }

    /// <summary>Search and schedule in a sentence.</summary>
    public required string Headline { get; init; }

    /// <summary>What to set or to type to run the schedule again; null without a schedule.</summary>
    public required string? Replay { get; init; }
}

/// <summary>A search from within a test failed; the message is the whole report.</summary>
/// <param name="failure">What it has to tell.</param>
/// <param name="inner">What the check or an actor threw; null when nothing did.</param>
public sealed class ExplorationFailedException(ExplorationFailure failure, Exception? inner) : Exception(MessageOf(failure), inner)
{
    /// <summary>The parts of the message.</summary>
    public ExplorationFailure Failure { get; } = failure;

    private static string MessageOf(ExplorationFailure failure)
    {
        var text = new StringBuilder();
        text.Append(failure.Property).Append('\n').Append(failure.Headline).Append('\n');
        if (failure.Replay is { } replay)
        {
            text.Append("To run this schedule again, under a debugger if you like: ").Append(replay).Append('\n');
        }

        return text.Append('\n').Append(failure.Report).ToString();
    }
}
