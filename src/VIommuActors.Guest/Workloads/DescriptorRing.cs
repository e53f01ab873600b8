using System.Collections.Immutable;
using VIommuActors.Guest.Cpu;
using VIommuActors.Guest.Driver;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Workloads;

/// <summary>
/// A device's descriptor ring in guest RAM: one page, mapped for good. The driver writes a descriptor per fragment; the device
/// reads the descriptors, moves the fragments and writes the first one back.
/// </summary>
public sealed class DescriptorRing(Mapping page)
{
    private const int Entries = 4096 / DescriptorBytes, DescriptorBytes = 16;

    private int _next;

    /// <summary>Fragments that fit in one request.</summary>
    public const int FragmentLimit = Entries / 2;

    /// <summary>Writes the descriptors and returns the accesses the device will make, in order.</summary>
    public ImmutableArray<DmaSegment> Post(IGuestCpu cpu, ImmutableArray<DmaSegment> fragments)
    {
        int at;
        lock (page)
        {
            // A request's descriptors lie in one piece.
            if (_next + fragments.Length > Entries) _next = 0;
            at = _next;
            _next += fragments.Length;
        }
        for (var i = 0; i < fragments.Length; i++)
        {
            var descriptor = page.Buffer.Pages[0].Value + (ulong)((at + i) * DescriptorBytes);
            cpu.Memory.TryWrite64(new GuestPhysical(descriptor), fragments[i].Address.Value);
            cpu.Memory.TryWrite64(new GuestPhysical(descriptor + 8), (uint)fragments[i].Bytes | (fragments[i].IsWrite ? 1UL << 63 : 0));
        }
        var where = new Iova(page.Iova.Value + (ulong)(at * DescriptorBytes));
        return
        [
            new DmaSegment(where, fragments.Length * DescriptorBytes, IsWrite: false),
            .. fragments,
            new DmaSegment(where, DescriptorBytes, IsWrite: true),
        ];
    }
}
