using System.Text.Json.Serialization;

namespace VIommuActors.Blueprints.Faults;

/// <summary>What happens to a node of a cluster on purpose.</summary>
public enum PlannedFaultKind
{
    /// <summary>Its process is killed at once; another takes its place when the fault is over.</summary>
    [JsonStringEnumMemberName("kill")]
    Kill,

    /// <summary>It is cut off from every other node; the cut is healed when the fault is over, if the node still lives.</summary>
    [JsonStringEnumMemberName("partition")]
    Partition,

    /// <summary>What it sends between halves of machines leaves it later.</summary>
    [JsonStringEnumMemberName("slow")]
    Slow,
}

/// <summary>One fault of a plan.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Node">To which node: index into the plan's roles.</param>
/// <param name="AtMs">When, in milliseconds since the machines were started.</param>
/// <param name="ForMs">How long, in milliseconds.</param>
/// <param name="DelayMs">For <see cref="PlannedFaultKind.Slow"/>: how much later, in milliseconds; else 0.</param>
public sealed record PlannedFault(PlannedFaultKind Kind, int Node, long AtMs, long ForMs, long DelayMs = 0);
