using VIommuActors.Trace;

namespace VIommuActors.Blueprints.Remarks;

/// <summary>A guest has started up: what stands above it in a trace is no part of its work.</summary>
public sealed class WorkBeginsRemark : ITraced
{
    /// <summary>The one there is.</summary>
    public static WorkBeginsRemark Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "work-begins";

    /// <inheritdoc/>
    public void Describe(ref TraceFields fields)
    {
    }
}
