using VIommuActors.Protocols.Messages;

namespace VIommuActors.Q35.Parties;

/// <summary>Outside → CPU: make one access to the registers of a party.</summary>
/// <param name="To">Whose registers.</param>
/// <param name="Address">Guest-physical for the unit, offset in the BAR for a device.</param>
/// <param name="Size">Bytes: 1, 2, 4 or 8.</param>
/// <param name="IsWrite">Store.</param>
/// <param name="Value">What is stored.</param>
internal sealed record CpuAccess(NodeId To, ulong Address, int Size, bool IsWrite, ulong Value) : Message(NodeId.None)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Self;
}
