using System.Collections.Immutable;

namespace VIommuActors.Experiments.Exploring;

/// <summary>How <see cref="ScenarioExploration"/> searches. The defaults are a quick random search.</summary>
public sealed record ScenarioExplorationOptions
{
    /// <summary>
    /// Name of the strategy: <c>random</c>, <c>pct:D</c>, <c>pos</c>, <c>crowd</c>, <c>novel</c>, <c>dfs</c> or <c>dpor</c>.
    /// </summary>
    public string Strategy { get; init; } = "random";

    /// <summary>Decides the workload's draws and, where there is chance in it, the strategy.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Stops after this many schedules.</summary>
    public long MaxSchedules { get; init; } = 1_000;

    /// <summary>What may go wrong in a schedule, placed by the search.</summary>
    public SearchFaults Faults { get; init; } = SearchFaults.None;

    /// <summary>Overrides of keys of the scenario, <c>key=value</c> each.</summary>
    public ImmutableArray<string> Sets { get; init; } = [];

    /// <summary>Fails as well when the search ends before everything was covered: for <c>dfs</c> and <c>dpor</c>.</summary>
    public bool RequireComplete { get; init; }

    /// <summary>Folder for the trace of a violation, made if it is not there; null for a new one among the temporary files.</summary>
    public string? TraceFolder { get; init; }

    /// <summary>Ends the search early.</summary>
    public CancellationToken Cancel { get; init; }
}
