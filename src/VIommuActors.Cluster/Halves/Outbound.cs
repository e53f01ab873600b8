using VIommuActors.Protocols.Messages;

namespace VIommuActors.Cluster.Halves;

/// <summary>A party's message for a party of the other half, on its way to the link; never leaves the process.</summary>
/// <param name="To">The party of the other half.</param>
/// <param name="Message">The message.</param>
/// <param name="Cause">Step of the half's trace during which it was sent; -1 when no trace is written.</param>
internal sealed record Outbound(NodeId To, Message Message, long Cause);
