namespace VIommuActors.Trace.Charts;

/// <summary>Why something stands out.</summary>
internal enum ChartMark
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>Here the access was allowed.</summary>
    Granted,

    /// <summary>Here it was known to be forbidden.</summary>
    Revoked,

    /// <summary>The violation.</summary>
    Violation,

    /// <summary>A message did not go as sent.</summary>
    Fault,

    /// <summary>Somebody remarked on the run.</summary>
    Remark,
}

/// <summary>A row of a chart.</summary>
internal abstract record ChartRow;

/// <summary>A delivered message.</summary>
/// <param name="Step">The event.</param>
/// <param name="Text">Its message and what it says.</param>
/// <param name="IsLost">It left its sender and was not handled.</param>
/// <param name="Mark">Granted, revoked or violation; else none.</param>
internal sealed record HopRow(TraceEvent Step, string Text, bool IsLost, ChartMark Mark) : ChartRow;

/// <summary>A message that was lost on its way and is no step.</summary>
internal sealed record LossRow(string From, string To, string Text) : ChartRow;

/// <summary>What is said of the row above.</summary>
internal sealed record BannerRow(ChartMark Mark, string Text) : ChartRow;

/// <summary>Steps that are counted and not shown.</summary>
internal sealed record FoldRow(string Text) : ChartRow;
