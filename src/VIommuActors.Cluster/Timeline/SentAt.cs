using System.Collections.Immutable;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Timeline;

/// <summary>Where in a half's trace a message was sent.</summary>
/// <param name="Step">The step of its sender.</param>
/// <param name="Others">What the half knew of the others' steps then, in the order of their processes.</param>
internal sealed record SentAt(long Step, ImmutableArray<ClockEntry> Others);
