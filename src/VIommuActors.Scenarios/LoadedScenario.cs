using System.Collections.Immutable;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Scenarios;

/// <summary>A scenario with the origin of each of its values.</summary>
/// <param name="Scenario">What to run.</param>
/// <param name="Source">The file it was loaded from: a path as given, or <c>hocon/scenarios/NAME.conf</c>.</param>
/// <param name="Values">Every value in effect, in the order of reference.conf.</param>
public sealed record LoadedScenario(Scenario Scenario, string Source, ImmutableArray<ResolvedValue> Values);
