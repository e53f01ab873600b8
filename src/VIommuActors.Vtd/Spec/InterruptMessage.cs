using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Interrupts;

namespace VIommuActors.Vtd.Spec;

/// <summary>A message-signalled interrupt: a doubleword written to 0xfee00000–0xfeefffff.</summary>
/// <remarks>
/// VT-d specification §5.1.2; Linux <c>msidef.h</c>, <c>intel/irq_remapping.c</c>; QEMU (<c>VTD_IR_MSIAddress</c>).
/// </remarks>
public readonly record struct InterruptMessage(ulong Address, uint Data)
{
    /// <summary>Bit 4: remappable format; else compatibility format.</summary>
    public bool IsRemappable => (Address & 0x10) != 0;

    /// <summary>SHV: the low half of the data counts on from the handle.</summary>
    public bool HasSubhandle => (Address & 8) != 0;

    /// <summary>Handle: 14:0 in bits 19:5, 15 in bit 2.</summary>
    public int Handle => (int)((Address >> 5) & 0x7fff) | ((int)(Address & 4) << 13);

    /// <summary>Index of the table entry: up to 0x1fffe with a subhandle.</summary>
    public int Index => Handle + (HasSubhandle ? (ushort)Data : 0);

    /// <summary>True when the address is not one of the range.</summary>
    public bool AddressHasReserved => !InterruptRange.Contains(Address);

    /// <summary>True when data bits that a subhandle does not have are set.</summary>
    public bool DataHasReserved => HasSubhandle && Data >> 16 != 0;

    /// <summary>A remappable request for <paramref name="handle"/>, without a subhandle.</summary>
    public static InterruptMessage Remappable(ushort handle) =>
        new(InterruptRange.First | 0x10 | ((handle & 0x7fffUL) << 5) | ((ulong)(handle >> 15) << 2), 0);

    /// <summary>What an entry makes of a request: the message that an APIC takes.</summary>
    internal static RemappedInterrupt Of(in InterruptEntry entry, bool extendedMode)
    {
        var destination = extendedMode ? entry.Destination : (entry.Destination >> 8) & 0xff;
        var address = ((ulong)(destination & ~0xffu) << 32) | InterruptRange.First | ((destination & 0xff) << 12)
            | (entry.RedirectionHint ? 8u : 0) | (entry.LogicalDestination ? 4u : 0);
        // Bit 14: asserted.
        var data = entry.Vector | ((uint)entry.DeliveryMode << 8) | 0x4000 | (entry.LevelTriggered ? 0x8000u : 0);
        return new RemappedInterrupt(FaultReason.None, address, data);
    }
}
