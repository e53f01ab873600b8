namespace VIommuActors.Blueprints.Verdicts;

/// <summary>Keys of the scenario, the design and a recording that cannot go together, each fine by itself.</summary>
public sealed class UnsupportedCombinationException(string key, string value, string problem, string accepted) : Exception(problem)
{
    /// <summary>The key to change, without the <c>viommu.scenario.</c> prefix.</summary>
    public string Key { get; } = key;

    /// <summary>Its value.</summary>
    public string Value { get; } = value;

    /// <summary>What would do.</summary>
    public string Accepted { get; } = accepted;
}
