namespace VIommuActors.Vtd.Spec;

/// <summary>Interrupt remapping table entry (IRTE), remapped format: 128 bits.</summary>
/// <remarks>
/// VT-d specification §9.10; the same in Linux <c>intel/irq_remapping.c</c> (<c>struct irte</c>) and QEMU (<c>VTD_IR_TableEntry</c>).
/// </remarks>
public readonly record struct InterruptEntry(ulong Low, ulong High)
{
    /// <summary>Bytes of one entry.</summary>
    public const ulong Size = 16;

    private static readonly Bits LevelBit = new(4, 1), DeliveryBits = new(5, 3), VectorBits = new(16, 8), DestinationBits = new(32, 32);
    private static readonly Bits SidBits = new(0, 16), SqBits = new(16, 2), SvtBits = new(18, 2);

    /// <summary>P.</summary>
    public bool Present => (Low & 1) != 0;

    /// <summary>FPD: qualified faults of the entry are not recorded.</summary>
    public bool FaultsDisabled => (Low & 2) != 0;

    /// <summary>DM: logical destination.</summary>
    public bool LogicalDestination => (Low & 4) != 0;

    /// <summary>RH: redirection hint.</summary>
    public bool RedirectionHint => (Low & 8) != 0;

    /// <summary>TM: level triggered.</summary>
    public bool LevelTriggered => LevelBit.IsSet(Low);

    /// <summary>DLM: delivery mode.</summary>
    public byte DeliveryMode => (byte)DeliveryBits.Get(Low);

    /// <summary>V: vector.</summary>
    public byte Vector => (byte)VectorBits.Get(Low);

    /// <summary>DST: 32 bits in extended mode; else the APIC id stands in 15:8.</summary>
    public uint Destination => (uint)DestinationBits.Get(Low);

    /// <summary>True when a reserved bit is set; IM (posted format) is one of them without CAP.PI.</summary>
    /// <param name="extendedMode">IRTA.EIME; null to leave the destination alone, as QEMU does.</param>
    public bool HasReserved(bool? extendedMode) =>
        (Low & 0xff00f000UL) != 0 || (High & 0xffffffff_fff00000UL) != 0 || (extendedMode == false && (Destination & 0xffff00ff) != 0);

    /// <summary>True when a request of <paramref name="source"/> may use the entry: SVT, SQ and SID.</summary>
    /// <param name="source">Requester id of the request.</param>
    /// <param name="lastBusFirst">A range of buses has its last one in SID 15:8, as QEMU reads it; else its first.</param>
    public bool Admits(SourceId source, bool lastBusFirst)
    {
        var sid = (ushort)SidBits.Get(High);
        // SQ: 0 all bits, 1 ignores function bit 2, 2 bits 2:1, 3 all three.
        var compared = SqBits.Get(High) switch { 0 => 0xffff, 1 => 0xfffb, 2 => 0xfff9, _ => 0xfff8 };
        var (first, last) = lastBusFirst ? ((byte)sid, (byte)(sid >> 8)) : ((byte)(sid >> 8), (byte)sid);
        return SvtBits.Get(High) switch
        {
            0 => true,
            1 => ((sid ^ source.Value) & compared) == 0,
            2 => source.Bus >= first && source.Bus <= last,
            _ => false,
        };
    }

    /// <summary>Where entry <paramref name="index"/> stands.</summary>
    public static GuestPhysical AddressIn(GuestPhysical table, int index) => new(table.Value + ((ulong)index * Size));
}
