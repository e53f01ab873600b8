using System.Collections.Immutable;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Blueprints.Figures;
using VIommuActors.Scenarios.Model;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Running;

/// <summary>One run.</summary>
/// <param name="Scenario">The situation.</param>
/// <param name="Protocol">Name of the design; need not be the scenario's own.</param>
/// <param name="Seed">Every 64-bit value is good.</param>
/// <param name="Trace">Where each step goes, or null.</param>
/// <param name="Plan">What happens to the nodes that the halves of guests live on (see <see cref="PlanCourse"/>); null for nothing.</param>
public sealed record RunRequest(Scenario Scenario, string Protocol, ulong Seed, ITraceSink? Trace = null, FaultPlan? Plan = null);

/// <summary>How a run ended.</summary>
public enum RunEnding
{
    /// <summary>The guests ended their work, or nothing was left that could happen.</summary>
    Complete,

    /// <summary><c>limits.steps</c> was reached.</summary>
    StepLimit,

    /// <summary><c>limits.virtual-ns</c> was reached.</summary>
    TimeLimit,

    /// <summary>Cancelled from outside.</summary>
    Cancelled,
}

/// <summary>What a run came to.</summary>
public sealed record RunResult(RunFigures Figures, RunEnding Ending, long Steps)
{
    /// <summary>Guests that panicked: under a plan, those whose hypervisor's node died or was given up. By number.</summary>
    public ImmutableArray<int> Panicked { get; init; } = [];
}
