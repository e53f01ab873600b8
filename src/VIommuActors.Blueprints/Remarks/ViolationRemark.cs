using VIommuActors.Oracle;
using VIommuActors.Trace;

namespace VIommuActors.Blueprints.Remarks;

/// <summary>A violation as a remark in a trace.</summary>
public sealed class ViolationRemark(Violation violation) : ITraced
{
    /// <inheritdoc/>
    public string Name => "violation";

    /// <inheritdoc/>
    public void Describe(ref TraceFields fields)
    {
        fields.AddText("property", Properties.NameOf(violation.Property));
        fields.AddNumber("guest", violation.Guest);
        if (violation.Source is { } source) fields.AddText("device", source.ToString());
        fields.Add("iova", violation.Iova.Value);
        fields.Add("gpa", violation.Address.Value);
        fields.AddNumber("work", violation.Work);
        if (violation.Granted is { } granted) fields.AddNumber("grantedAtStep", granted.Step);
        if (violation.Revoked is { } revoked) fields.AddNumber("revokedAtStep", revoked.Step);
    }
}
