namespace VIommuActors.Trace;

/// <summary>First line of a trace: what has to be known to run the same again.</summary>
/// <param name="Scenario">Name of the scenario.</param>
/// <param name="Protocol">Name of the protocol under test.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Tool">Version of the tool that wrote it.</param>
/// <param name="Search">How a search came to this run; null for a run in virtual time, which its seed repeats.</param>
public sealed record TraceHeader(string Scenario, string Protocol, ulong Seed, string Tool, TraceSearch? Search = null);
