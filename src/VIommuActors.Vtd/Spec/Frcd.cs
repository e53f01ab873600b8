using VIommuActors.Vtd.Faults;

namespace VIommuActors.Vtd.Spec;

/// <summary>Fault record: 128 bits, offset CAP.FRO × 16.</summary>
/// <remarks>
/// VT-d specification, register chapter; FR at 39:32 of the high quadword as in Xen
/// <c>vtd/iommu.h</c>, QEMU <c>intel_iommu_internal.h</c> and Linux <c>dmar.c</c>.
/// </remarks>
public readonly record struct Frcd(ulong Low, ulong High)
{
    private static readonly Bits SidBits = new(0, 16), T2Bit = new(28, 1), PpBit = new(31, 1), FrBits = new(32, 8),
        PasidBits = new(40, 20), AtBits = new(60, 2),
        TBit = new(62, 1), FBit = new(63, 1);

    /// <summary>F: the record is pending. RW1C.</summary>
    public bool Pending => FBit.IsSet(High);

    /// <summary>T: true for a read (or, with T2, an atomic), false for a write.</summary>
    public bool Read => TBit.IsSet(High);

    /// <summary>AT of the request: 0 untranslated, 1 translation request, 2 translated.</summary>
    public byte AddressType => (byte)AtBits.Get(High);

    /// <summary>FR: why.</summary>
    public FaultReason Reason => (FaultReason)FrBits.Get(High);

    /// <summary>SID: who.</summary>
    public SourceId Source => new((ushort)SidBits.Get(High));

    /// <summary>FI: page of the faulting address.</summary>
    public Iova Page => new(Low & ~0xfffUL);

    /// <summary>The record with F cleared; the other fields stay.</summary>
    public Frcd Cleared => new(Low, FBit.Set(High, 0));

    /// <summary>The record with PASID and PP set; PP tells whether the request had one.</summary>
    public Frcd With(int pasid, bool present) => new(Low, PpBit.Set(PasidBits.Set(High, (ulong)pasid), present ? 1u : 0));

    /// <summary>A pending record. An access that both reads and writes is recorded as atomic (T and T2).</summary>
    public static Frcd Of(SourceId source, Iova address, FaultReason reason, bool read, bool write, byte addressType) => new(
        address.Page.Value,
        FBit.Mask | TBit.Of(read) | T2Bit.Of(read && write) | AtBits.Of(addressType) | FrBits.Of((ulong)reason) | SidBits.Of(source.Value));

    /// <summary>A pending record of an interrupt fault; <paramref name="index"/> is that of the table entry, or 0.</summary>
    public static Frcd OfInterrupt(SourceId source, int index, FaultReason reason) =>
        new((ulong)index << 48, FBit.Mask | FrBits.Of((ulong)reason) | SidBits.Of(source.Value));
}
