using System.Collections.Immutable;

namespace VIommuActors.Trace;

/// <summary>
/// What repeats a run that a search found. In the header it stands as <c>searched</c> (always true), <c>strategy</c>, <c>faults</c>,
/// <c>conf</c> and <c>choices</c>: all of them, or none.
/// </summary>
/// <param name="Strategy">Name of the strategy that found the run; a repetition does not need it.</param>
/// <param name="Faults">How many messages the run could lose or double; 0 for none.</param>
/// <param name="Conf">The scenario as HOCON text that states every key, so that no other file is needed.</param>
/// <param name="Choices">The decisions in order: one for each step that had at least two choices.</param>
public sealed record TraceSearch(string Strategy, int Faults, string Conf, ImmutableArray<int> Choices);
