using VIommuActors.Trace;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Messages;

/// <summary>
/// Root complex → vIOMMU: a write of a device, or of the I/O APIC, into the interrupt range. The unit remaps it or records a fault.
/// </summary>
/// <param name="From">The party whose memory the write reached.</param>
/// <param name="Source">Requester id of the write.</param>
/// <param name="Address">0xfee00000 to 0xfeefffff.</param>
/// <param name="Data">The written doubleword.</param>
public sealed record InterruptRequest(NodeId From, SourceId Source, ulong Address, uint Data) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Interrupt;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.Add("addr", Address);
        fields.AddNumber("data", Data);
    }
}
