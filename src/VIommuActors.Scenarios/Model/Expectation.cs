using System.Collections.Immutable;

namespace VIommuActors.Scenarios.Model;

/// <summary>What the run is expected to show.</summary>
/// <param name="Verdict">For the scenario's own protocol. Null: nothing was stated, so a violation is unexpected.</param>
/// <param name="Protocols">For other protocols run on the same scenario, by protocol name; absent: nothing was stated.</param>
public sealed record Expectation(Verdict? Verdict, ImmutableSortedDictionary<string, Verdict> Protocols);
