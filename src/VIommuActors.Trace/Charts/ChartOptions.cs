namespace VIommuActors.Trace.Charts;

/// <summary>What a chart shows and how it words it. The defaults fit a trace of any program.</summary>
public sealed record ChartOptions
{
    /// <summary>Longest trace that is charted, in steps: 1,000,000.</summary>
    public const int MaxSteps = 1_000_000;

    /// <summary>First line of the chart; null for one made from the header, or none.</summary>
    public string? Title { get; init; }

    /// <summary>Name of the trace in error messages.</summary>
    public string FileName { get; init; } = "trace";

    /// <summary>Which violation of the trace is charted, from 1; beyond the last one it is the last.</summary>
    public int Violation { get; init; } = 1;

    /// <summary>
    /// Most rows of text and Mermaid, at least 8. Of a longer trace what leads to the violation is shown, the rest is counted.
    /// </summary>
    public int MaxRows { get; init; } = 48;

    /// <summary>Most rows of SVG, at least 8.</summary>
    public int MaxSvgRows { get; init; } = 2_000;

    /// <summary>Most lifelines, 2 to 12. Further participants share the last one.</summary>
    public int MaxLifelines { get; init; } = 6;

    /// <summary>What happened in the step that a violation names as <c>grantedAtStep</c>.</summary>
    public string Granted { get; init; } = "granted here";

    /// <summary>What happened in the step that a violation names as <c>revokedAtStep</c>.</summary>
    public string Revoked { get; init; } = "revoked here";

    /// <summary>
    /// True for a property that says that something never came: its explanation ends where that was lost, not where patience ended.
    /// Null: told from the trace, which then ends in a wait, or in a verdict.
    /// </summary>
    public Func<string, bool>? NeverCame { get; init; }

    /// <summary>What a message says in few words, in place of its arguments; null, or a null from it, for the arguments.</summary>
    public Func<TraceEvent, string?>? Says { get; init; }

    /// <summary>
    /// What a participant is, for the legend; null, or a null from it, for nothing. Where it lived is added when the trace is one of
    /// several processes.
    /// </summary>
    public Func<string, string?>? About { get; init; }

    /// <summary>
    /// Where a participant stands: lower numbers further left, equal ones in the order of their names. Null for the order with the
    /// shortest arrows.
    /// </summary>
    public Func<string, int>? Place { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Violation, 1, nameof(Violation));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRows, 8, nameof(MaxRows));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSvgRows, 8, nameof(MaxSvgRows));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLifelines, 2, nameof(MaxLifelines));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxLifelines, 12, nameof(MaxLifelines));
    }
}
