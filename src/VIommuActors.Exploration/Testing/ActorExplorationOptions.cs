using Akka.Configuration;
using VIommuActors.Simulation;

namespace VIommuActors.Exploration.Testing;

/// <summary>How <see cref="ActorExploration"/> searches. The defaults are a quick random search.</summary>
public sealed record ActorExplorationOptions
{
    /// <summary>Name of the strategy: <c>random</c>, <c>pct:D</c>, <c>dfs</c> or <c>dpor</c>.</summary>
    public string Strategy { get; init; } = "random";

    /// <summary>Decides the schedules of random and pct.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Stops after this many schedules.</summary>
    public long MaxSchedules { get; init; } = 1_000;

    /// <summary>Cuts a schedule at this many steps; it is checked as it stands then.</summary>
    public long MaxSteps { get; init; } = 10_000;

    /// <summary>Cuts a schedule before the first timer or delivery due later than this virtual time, in nanoseconds.</summary>
    public long MaxTimeNs { get; init; } = long.MaxValue;

    /// <summary>Messages that may suffer faults, and which, as further choices; null for none.</summary>
    public LaneFaults? Faults { get; init; }

    /// <summary>Fails as well when the search ends before everything was covered: for <c>dfs</c> and <c>dpor</c>.</summary>
    public bool RequireComplete { get; init; }

    /// <summary>Lets actors throw, as their supervisors may be meant to handle it. Else the first exception is a violation.</summary>
    public bool AllowActorFailures { get; init; }

    /// <summary>Akka settings of the program; they must leave dispatchers, mailboxes and scheduler alone.</summary>
    public Config? Config { get; init; }

    /// <summary>
    /// Name of the program in the report and in <see cref="ActorExploration.ReplayVariable"/>; null for that of the calling method.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>Ends the search early.</summary>
    public CancellationToken Cancel { get; init; }
}
