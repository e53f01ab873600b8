using VIommuActors.Vtd.Faults;

namespace VIommuActors.Vtd.Interrupts;

/// <summary>The answer to one interrupt request.</summary>
/// <param name="Fault"><see cref="FaultReason.None"/> when the message goes out.</param>
/// <param name="Address">Where the message goes: 0xfee00000 to 0xfeefffff, with bits 63:40 of an extended destination.</param>
/// <param name="Data">Its data.</param>
public readonly record struct RemappedInterrupt(FaultReason Fault, ulong Address, uint Data)
{
    /// <summary>True when the message goes out.</summary>
    public bool Ok => Fault == FaultReason.None;
}
