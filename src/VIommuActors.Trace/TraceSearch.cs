using System.Collections.Immutable;

namespace VIommuActors.Trace;

/// <summary>
/// What repeats a run that a search found. In the header it stands as <c>searched</c> (always true), <c>strategy</c>, <c>faults</c>,
/// <c>conf</c> and <c>choices</c>: all of them, or none; and what is said of the properties below, where it is not the usual.
/// </summary>
/// <param name="Strategy">Name of the strategy that found the run; a repetition does not need it.</param>
/// <param name="Faults">How many messages the run could lose or double; 0 for none.</param>
/// <param name="Conf">The scenario as HOCON text that states every key, so that no other file is needed.</param>
/// <param name="Choices">The decisions in order: one for each step that had at least two choices.</param>
public sealed record TraceSearch(string Strategy, int Faults, string Conf, ImmutableArray<int> Choices)
{
    /// <summary>
    /// Which harm the messages could come to, as the command line names it; null for all there is. In the header <c>fault_kinds</c>.
    /// </summary>
    public string? FaultKinds { get; init; }

    /// <summary>Which messages and parties could come to harm; null for all that can. In the header <c>faults_on</c>.</summary>
    public string? FaultsOn { get; init; }

    /// <summary>Name of the deliberate defect in the machine; null for none. In the header <c>mutant</c>.</summary>
    public string? Mutant { get; init; }

    /// <summary>True when the run ends with the first breach of safety. In the header <c>stops</c>, which is true or absent.</summary>
    public bool Stops { get; init; }
}
