using System.Collections.Immutable;

namespace VIommuActors.Cluster.Orchestration;

/// <summary>What a job came to.</summary>
/// <param name="Report">Machines and verdict.</param>
/// <param name="Events">What happened to the nodes.</param>
/// <param name="Seconds">From the first machine's start to the last one's end.</param>
/// <param name="WasInterrupted">It was ended before its time.</param>
public sealed record ClusterJobResult(RunReport Report, ImmutableArray<RunEvent> Events, double Seconds, bool WasInterrupted);
