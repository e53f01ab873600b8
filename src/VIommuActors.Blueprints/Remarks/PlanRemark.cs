using VIommuActors.Blueprints.Faults;
using VIommuActors.Trace;

namespace VIommuActors.Blueprints.Remarks;

/// <summary>A run is under a fault plan for nodes: the plan itself, or the beginning or end of one of its faults.</summary>
public sealed class PlanRemark : ITraced
{
    /// <summary>Name of the remark that a trace under a plan begins with.</summary>
    public const string PlanName = "plan";

    /// <summary>Who makes these remarks.</summary>
    public const string By = "plan";

    private readonly FaultPlan? _plan;
    private readonly PlannedFault? _fault;

    /// <summary>The run is under this plan.</summary>
    public PlanRemark(FaultPlan plan) => (_plan, Name) = (plan, PlanName);

    /// <summary>A fault begins, or is over.</summary>
    public PlanRemark(PlannedFault fault, bool isOver) => (_fault, Name) = (fault, (fault.Kind, isOver) switch
    {
        (PlannedFaultKind.Kill, false) => "killed",
        (PlannedFaultKind.Kill, true) => "replaced",
        (PlannedFaultKind.Partition, false) => "cut",
        (PlannedFaultKind.Partition, true) => "healed",
        (_, false) => "slow",
        _ => "fast",
    });

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public void Describe(ref TraceFields fields)
    {
        if (_plan is not null)
        {
            fields.Add("seed", _plan.Seed);
            fields.AddNumber("nodes", _plan.Roles.Length);
            fields.AddNumber("faults", _plan.Faults.Length);
            fields.AddNumber("lossPerMille", _plan.LossPerMille);
        }
        if (_fault is null) return;
        fields.AddNumber("node", _fault.Node);
        if (_fault.Kind == PlannedFaultKind.Slow) fields.AddNumber("delayMs", _fault.DelayMs);
    }
}
