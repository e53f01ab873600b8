using System.Collections.Immutable;

namespace VIommuActors.Blueprints.Faults;

/// <summary>
/// Which of a plan's nodes the halves of each guest live on: guest g has hypervisor g mod H and device model g mod D, each in the order of
/// the plan's roles. A guest whose device model was moved stays with that node's number: its successor takes its place.
/// </summary>
public sealed class PlanPlaces
{
    private readonly ImmutableArray<int> _hypervisors, _deviceModels;

    /// <summary>The places under a plan.</summary>
    /// <exception cref="FormatException">The plan has no node of one of the roles.</exception>
    public PlanPlaces(FaultPlan plan)
    {
        _hypervisors = Of(plan, FaultPlan.Hypervisor);
        _deviceModels = Of(plan, FaultPlan.DeviceModel);
    }

    /// <summary>Index into the plan's roles of the node that has the guest's vCPUs and memory.</summary>
    public int HypervisorOf(int guest) => _hypervisors[guest % _hypervisors.Length];

    /// <summary>Index into the plan's roles of the node that has the guest's dummy vIOMMUs and devices.</summary>
    public int DeviceModelOf(int guest) => _deviceModels[guest % _deviceModels.Length];

    /// <summary>True when one of the guest's halves lives on that node.</summary>
    public bool Concerns(int node, int guest) => HypervisorOf(guest) == node || DeviceModelOf(guest) == node;

    private static ImmutableArray<int> Of(FaultPlan plan, string role)
    {
        ImmutableArray<int> nodes = [.. plan.Roles.Index().Where(one => one.Item == role).Select(one => one.Index)];
        return nodes.IsEmpty ? throw new FormatException($"roles: no node is a {role}, and every machine needs one") : nodes;
    }
}
