namespace VIommuActors.Vtd;

/// <summary>I/O virtual address: what a device puts on the bus. Any 64-bit value.</summary>
public readonly record struct Iova(ulong Value)
{
    /// <summary>The address rounded down to its 4 KiB page.</summary>
    public Iova Page => new(Value & ~0xfffUL);

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";
}

/// <summary>Guest-physical address: what a translation yields and what the guest's RAM is addressed by.</summary>
public readonly record struct GuestPhysical(ulong Value)
{
    /// <summary>Number of the 4 KiB frame that holds the address.</summary>
    public ulong Frame => Value >> 12;

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";
}

/// <summary>Requester id of a PCI function: bus 15:8, device 7:3, function 2:0.</summary>
public readonly record struct SourceId(ushort Value)
{
    /// <summary>Bus number, the index into the root table.</summary>
    public byte Bus => (byte)(Value >> 8);

    /// <summary>Device and function, the index into a context table.</summary>
    public byte DevFn => (byte)Value;

    /// <summary>The usual <c>bb:dd.f</c> form.</summary>
    public override string ToString() => $"{Bus:x2}:{DevFn >> 3:x2}.{DevFn & 7}";
}

/// <summary>Domain id, as found in a context entry and in invalidation commands: 16 bits.</summary>
public readonly record struct DomainId(ushort Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Names one invalidation of one unit; counts from 1, never reused.</summary>
public readonly record struct InvalidationId(long Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
