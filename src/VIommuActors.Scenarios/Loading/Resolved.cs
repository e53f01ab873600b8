using VIommuActors.Scenarios.Hocon;
using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Scenarios.Loading;

/// <summary>A value that was read: a long, bool, string, ratio, or for a list its length; null when it is not stated.</summary>
/// <param name="Key">Full key.</param>
/// <param name="Value">By type of the key.</param>
/// <param name="Text">Its normal form in HOCON.</param>
/// <param name="At">Where it was stated; in reference.conf when it was not.</param>
/// <param name="Leaf">The key's place in the schema.</param>
/// <param name="Faulty">An error was reported; the value is the default, so that other checks can go on.</param>
internal sealed record Resolved(string Key, object? Value, string Text, SourcePosition At, SchemaLeaf Leaf, bool Faulty)
{
    public bool IsDefault => At.Source == ScenarioSchema.Reference;

    public string Origin => IsDefault ? At.Source.Display : At.ToString();
}
