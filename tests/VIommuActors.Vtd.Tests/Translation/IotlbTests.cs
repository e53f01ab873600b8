using CsCheck;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Vtd.Tests.Translation;

public sealed class IotlbTests
{
    private static readonly SourceId Device = new(0x28);
    private static readonly DomainId Five = new(5);

    [Fact]
    public void An_invalidation_of_any_page_inside_drops_a_superpage()
    {
        var tlb = new Iotlb(16);
        tlb.Insert(Device, new Iova(0x10200000), new IotlbEntry(new GuestPhysical(0x400000), Five, Permission.ReadWrite, Level: 2));
        tlb.InvalidatePages(Five, new Iova(0x10400000), 0);
        Assert.True(tlb.TryLookup(Device, new Iova(0x103ff123), out _));
        tlb.InvalidatePages(Five, new Iova(0x103ff000), 0);
        Assert.False(tlb.TryLookup(Device, new Iova(0x10200000), out _));
    }

    [Fact]
    public void Low_address_bits_of_a_page_invalidation_are_ignored()
    {
        var tlb = new Iotlb(16);
        for (ulong page = 0; page < 3; page++)
            tlb.Insert(Device, new Iova(page << 12), new IotlbEntry(new GuestPhysical(page << 12), Five, Permission.Read, Level: 1));
        tlb.InvalidatePages(Five, new Iova(0x1000), 1);
        Assert.Equal(1, tlb.Count);
        Assert.True(tlb.TryLookup(Device, new Iova(0x2000), out _));
    }

    [Fact]
    public void A_full_cache_starts_over()
    {
        var tlb = new Iotlb(100);
        for (ulong page = 0; page < 101; page++)
            tlb.Insert(Device, new Iova(page << 12), new IotlbEntry(new GuestPhysical(page << 12), Five, Permission.Read, Level: 1));
        Assert.Equal((1, 100L), (tlb.Count, tlb.Evictions));
        Assert.True(tlb.TryLookup(Device, new Iova(100UL << 12), out _));
        Assert.False(tlb.TryLookup(Device, new Iova(0), out _));
    }

    [Fact]
    public void What_it_cannot_hold_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Iotlb(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Iotlb(1).Insert(Device, new Iova(1UL << 48), new IotlbEntry(default, Five, Permission.Read, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Iotlb(1).Insert(Device, default, new IotlbEntry(default, Five, Permission.Read, 4)));
        Assert.False(new Iotlb(1).TryLookup(Device, new Iova(ulong.MaxValue), out _));
    }

    [Fact]
    public void It_agrees_with_a_plain_list_under_any_sequence()
    {
        var operation = Gen.Select(
            Gen.Frequency((12, Gen.Const(0)), (3, Gen.Const(1)), (1, Gen.Const(2)), (1, Gen.Const(3))), // insert, pages, domain, all
            Gen.Int[0, 2], Gen.Int[0, 2], Gen.ULong[0, 600], Gen.Int[1, 3], Gen.Int[0, 5].Select(i => new[] { 0, 1, 3, 9, 18, 52 }[i]));
        operation.Array[1, 400].Sample(
            operations =>
            {
                var tlb = new Iotlb(150);
                var model = new NaiveIotlb(150);
                var frame = 0UL;
                foreach (var (what, device, domain, page, level, mask) in operations)
                {
                    // Pages spread over a few 2 MiB and 1 GiB regions, so that sizes overlap.
                    var iova = new Iova(((page & 15) << 12) | (((page >> 4) & 7) << 21) | ((page >> 7) << 30));
                    var (source, did) = (new SourceId((ushort)(device * 8)), new DomainId((ushort)domain));
                    switch (what)
                    {
                        case 0:
                            var entry = new IotlbEntry(new GuestPhysical(++frame << 30), did, Permission.ReadWrite, (byte)level);
                            tlb.Insert(source, iova, entry);
                            model.Insert(source, iova, entry);
                            break;
                        case 1:
                            tlb.InvalidatePages(did, iova, mask);
                            model.Remove(did, iova, mask);
                            break;
                        case 2:
                            tlb.InvalidateDomain(did);
                            model.Remove(did, default, 52);
                            break;
                        default:
                            tlb.InvalidateAll();
                            model.Clear();
                            break;
                    }

                    Assert.Equal(model.Count, tlb.Count);
                    foreach (var probe in new[] { 0, 8, 16 }.Select(sid => new SourceId((ushort)sid)))
                    {
                        var found = tlb.TryLookup(probe, iova, out var actual);
                        Assert.Equal(model.Lookup(probe, iova), found ? actual : null);
                    }
                }

                foreach (var (source, iova, entry) in model.All)
                {
                    Assert.True(tlb.TryLookup(source, iova, out var actual));
                    Assert.Equal(model.Lookup(source, iova), actual);
                    Assert.True(actual.Level <= entry.Level);
                }
            },
            iter: 60);
    }

    /// <summary>The same cache as a list that is searched from end to end.</summary>
    private sealed class NaiveIotlb(int capacity)
    {
        private readonly List<(SourceId Source, Iova Iova, IotlbEntry Entry)> _entries = [];

        public int Count => _entries.Count;

        public IEnumerable<(SourceId Source, Iova Iova, IotlbEntry Entry)> All => _entries;

        public void Insert(SourceId source, Iova iova, IotlbEntry entry)
        {
            var size = SizeOf(entry);
            var first = iova.Value / size * size;
            var at = _entries.FindIndex(e => e.Source == source && e.Entry.Level == entry.Level && e.Iova.Value == first);
            if (at < 0 && _entries.Count == capacity) _entries.Clear();
            if (at >= 0) _entries[at] = (source, new Iova(first), entry);
            else _entries.Add((source, new Iova(first), entry));
        }

        public void Remove(DomainId domain, Iova iova, int mask)
        {
            var bytes = UInt128.One << (12 + mask);
            UInt128 first = iova.Value / bytes * bytes;
            _entries.RemoveAll(e => e.Entry.Domain == domain && e.Iova.Value < first + bytes && first < (UInt128)e.Iova.Value + SizeOf(e.Entry));
        }

        public void Clear() => _entries.Clear();

        public IotlbEntry? Lookup(SourceId source, Iova iova)
        {
            var hits = _entries.Where(e => e.Source == source && iova.Value / SizeOf(e.Entry) == e.Iova.Value / SizeOf(e.Entry)).ToList();
            return hits.Count == 0 ? null : hits.MinBy(e => e.Entry.Level).Entry;
        }

        private static ulong SizeOf(IotlbEntry entry) => entry.Level switch { 1 => 0x1000UL, 2 => 0x200000UL, _ => 0x40000000UL };
    }
}
