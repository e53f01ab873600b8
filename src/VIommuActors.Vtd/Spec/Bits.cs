namespace VIommuActors.Vtd.Spec;

/// <summary>A field of a register or table entry: position of its lowest bit and its width.</summary>
internal readonly record struct Bits(int Shift, int Width)
{
    private ulong Low => Width == 64 ? ulong.MaxValue : (1UL << Width) - 1;

    /// <summary>The field's bits in place.</summary>
    public ulong Mask => Low << Shift;

    /// <summary>The field's value, moved to bit 0.</summary>
    public ulong Get(ulong raw) => (raw >> Shift) & Low;

    /// <summary>True when any bit of the field is set.</summary>
    public bool IsSet(ulong raw) => (raw & Mask) != 0;

    /// <summary><paramref name="raw"/> with the field replaced; bits of <paramref name="value"/> beyond the width are dropped.</summary>
    public ulong Set(ulong raw, ulong value) => (raw & ~Mask) | ((value & Low) << Shift);

    /// <summary>The field alone.</summary>
    public ulong Of(ulong value) => (value & Low) << Shift;

    /// <summary>The field alone, for a flag.</summary>
    public ulong Of(bool value) => value ? Mask : 0;
}
