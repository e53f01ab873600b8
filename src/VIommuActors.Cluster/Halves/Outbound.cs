using VIommuActors.Cluster.Timeline;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.Cluster.Halves;

/// <summary>A party's message for a party of the other half, on its way to the link; never leaves the process.</summary>
/// <param name="To">The party of the other half.</param>
/// <param name="Message">The message.</param>
/// <param name="Cause">Where in the half's trace it was sent; null when no trace is written.</param>
internal sealed record Outbound(NodeId To, Message Message, SentAt? Cause);
