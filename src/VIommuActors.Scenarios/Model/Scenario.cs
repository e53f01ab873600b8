using System.Collections.Immutable;

namespace VIommuActors.Scenarios.Model;

/// <summary>One situation, fully resolved: every key has a value that was checked.</summary>
public sealed record Scenario
{
    /// <summary>Letters, digits, dots, dashes and underscores only: it names folders.</summary>
    public required string Name { get; init; }

    /// <summary>One or two sentences for people; may be empty.</summary>
    public required string Description { get; init; }

    /// <summary>Protocol name: any of <c>protocols.*</c> in reference.conf.</summary>
    public required string Protocol { get; init; }

    /// <summary>How the guest's driver invalidates.</summary>
    public required InvalidationInterface Invalidation { get; init; }

    /// <summary>Who takes part.</summary>
    public required Topology Topology { get; init; }

    /// <summary>What the emulated unit advertises.</summary>
    public required UnitSettings Unit { get; init; }

    /// <summary>What the vCPUs do.</summary>
    public required Workload Workload { get; init; }

    /// <summary>What each hop costs.</summary>
    public required Timing Timing { get; init; }

    /// <summary>When a run is cut off.</summary>
    public required Limits Limits { get; init; }

    /// <summary>Faults in the order they were written.</summary>
    public required ImmutableArray<FaultRule> Faults { get; init; }

    /// <summary>What the run should show.</summary>
    public required Expectation Expect { get; init; }

    /// <summary>Options of each protocol (<c>protocols.NAME.KEY</c>), as text that was checked against reference.conf.</summary>
    public required ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> ProtocolOptions { get; init; }
}
