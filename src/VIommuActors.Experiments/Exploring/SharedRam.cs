using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Experiments.Exploring;

/// <summary>
/// Guest RAM that tells a search which frames a step touches: vCPU stores, table walks and device accesses meet there without a message.
/// A frame is the unit, so that an access to a page and its owner's reuse of it depend on each other wherever in the page they fall.
/// </summary>
internal sealed class SharedRam(IGuestMemory ram, Action<long, bool> touch) : IGuestMemory
{
    public bool TryRead64(GuestPhysical address, out ulong value)
    {
        touch((long)address.Frame, false);
        return ram.TryRead64(address, out value);
    }

    public bool TryWrite64(GuestPhysical address, ulong value)
    {
        touch((long)address.Frame, true);
        return ram.TryWrite64(address, value);
    }

    public bool TryWrite32(GuestPhysical address, uint value)
    {
        touch((long)address.Frame, true);
        return ram.TryWrite32(address, value);
    }

    public bool TryRead(GuestPhysical address, Span<byte> into)
    {
        Touch(address, into.Length, false);
        return ram.TryRead(address, into);
    }

    public bool TryWrite(GuestPhysical address, ReadOnlySpan<byte> from)
    {
        Touch(address, from.Length, true);
        return ram.TryWrite(address, from);
    }

    private void Touch(GuestPhysical address, int bytes, bool write)
    {
        var last = address.Value + (ulong)Math.Max(bytes, 1) - 1;
        for (var frame = address.Frame; frame <= last >> 12; frame++) touch((long)frame, write);
    }
}
