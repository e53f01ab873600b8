using VIommuActors.Guest.Driver;
using VIommuActors.Guest.Replay;
using VIommuActors.Oracle;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Guest.Tests.Replay;

public class ReplayTablesTests
{
    private const ulong Root = 0x10000, Top1 = 0x20000, Top2 = 0x30000;
    private const ulong Page = 0xfff, Large = 0x1f_ffff;

    private static readonly DomainId One = new(1), Two = new(2);
    private static readonly SourceId Third = new(0x28);

    private readonly Bench _bench = new();
    private readonly ReplayTables _tables;

    public ReplayTablesTests()
    {
        _tables = new ReplayTables(_bench.Heap, deviceTlb: false, domain => new DomainKey(domain.Value));
        _tables.SetContext(_bench.Cpu, Root, Bench.First, Top1 | 1, 0x101);
        _tables.SetContext(_bench.Cpu, Root, Bench.Second, Top2 | 1, 0x201);
        _bench.Unit.Write(0x20, 8, Root);
        _bench.Unit.Write(0x18, 4, 0x40000000);
        _bench.Unit.Write(0x18, 4, 0x80000000);
    }

    [Fact]
    public void A_context_entry_stands_where_the_unit_looks_for_it()
    {
        Assert.Equal((0x100001UL, Top1 | 1, 0x101UL), (_bench.Load(Root), _bench.Load(0x100180), _bench.Load(0x100188)));
        Assert.Equal(["attached 00:03.0 1", "attached 00:04.0 2"], _bench.Journal);
        Assert.Equal([Bench.First, Bench.Second], _tables.AllDevices());
        Assert.Equal([Bench.Second], _tables.DevicesOf(Two));
    }

    [Fact]
    public void With_device_tlbs_an_untranslated_context_becomes_one_of_ats_and_no_other()
    {
        var tables = new ReplayTables(_bench.Heap, deviceTlb: true, domain => new DomainKey(domain.Value));
        tables.SetContext(_bench.Cpu, 0x40000, Bench.First, Top1 | 1, 0x101);
        tables.SetContext(_bench.Cpu, 0x40000, Bench.Second, 0x9, 0x201);
        var table = _bench.Load(0x40000) & ~0xfffUL;
        Assert.Equal((Top1 | 5, 0x9UL), (_bench.Load(table + 0x180), _bench.Load(table + 0x200)));
        Assert.Null(tables.Ensure(_bench.Cpu, Bench.Second, new Iova(0x1000), Page, 0x5003)); // pass-through has no tables
    }

    [Fact]
    public void A_device_without_context_has_no_tables()
    {
        Assert.Null(_tables.Ensure(_bench.Cpu, Third, new Iova(0x1000), Page, 0x5003));
        Assert.Null(_tables.Find(Third, new Iova(0x1000)));
    }

    [Theory]
    [InlineData(Page, 0xfffff000, 0xfffff000, 0x5003, 0x5040)]
    [InlineData(Large, 0xffe03040, 0xffe00000, 0x400083, 0x403040)]
    public void A_recorded_leaf_is_mapped_granted_and_found_by_every_address_in_it(
        ulong mask, ulong iova, ulong first, ulong pte, ulong lands)
    {
        var leaf = _tables.Ensure(_bench.Cpu, Bench.First, new Iova(iova), mask, pte)!;
        Assert.Equal((first, mask, pte), (leaf.Iova.Value, leaf.Mask, leaf.Pte));
        Assert.Equal((true, true), (leaf.Grant.Readable, leaf.Grant.Writable));
        Assert.Equal(lands, _bench.Translate((iova & ~0xfffUL) + 0x40).Address.Value);
        Assert.Same(leaf, _tables.Find(Bench.First, new Iova(first + mask)));
        Assert.Null(_tables.Find(Bench.Second, new Iova(first)));
        Assert.Null(_tables.Find(Bench.First, new Iova(first - 1)));
        Assert.Same(leaf, _tables.Ensure(_bench.Cpu, Bench.First, new Iova(first + mask), mask, pte));
        Assert.Single(_bench.Journal, act => act.StartsWith("granted", StringComparison.Ordinal));
    }

    [Fact]
    public void Rights_are_those_of_the_recorded_entry()
    {
        Assert.False(_tables.Ensure(_bench.Cpu, Bench.First, new Iova(0x1000), Page, 0x5001)!.Grant.Writable);
        Assert.False(_tables.Ensure(_bench.Cpu, Bench.First, new Iova(0x2000), Page, 0x5002)!.Grant.Readable);
    }

    [Fact]
    public void An_invalidation_takes_the_leaves_it_covers_and_no_others()
    {
        var leaves = Enumerable.Range(0, 6).Select(i => Ensure(Bench.First, 0x10000 + ((ulong)i << 12))).ToList();
        var elsewhere = Ensure(Bench.Second, 0x11000);
        Assert.Equal(leaves[1..3], _tables.TakeCovered([One], new Iova(0x11000), 2));
        Assert.Empty(_tables.TakeCovered([One], new Iova(0x11000), 2));
        Assert.Same(leaves[0], _tables.Find(Bench.First, new Iova(0x10000)));
        Assert.Equal(leaves[3..], _tables.TakeCovered([One], new Iova(0x12000), 1024)); // more pages than leaves: the other way of looking
        Assert.Same(elsewhere, Assert.Single(_tables.TakeCovered([Two], default, InvalidationDescriptor.AllPages)));
        Assert.Same(leaves[0], Assert.Single(_tables.TakeCovered(null, default, InvalidationDescriptor.AllPages)));
    }

    [Fact]
    public void One_page_of_a_large_leaf_takes_the_whole_leaf()
    {
        var large = _tables.Ensure(_bench.Cpu, Bench.First, new Iova(0x400000), Large, 0x600083)!;
        Ensure(Bench.First, 0x10000);
        Assert.Same(large, Assert.Single(_tables.TakeCovered([One], new Iova(0x47f000), 1)));
    }

    [Fact]
    public void Several_pages_of_one_large_leaf_take_it_once()
    {
        var large = _tables.Ensure(_bench.Cpu, Bench.First, new Iova(0x400000), Large, 0x600083)!;
        foreach (var i in Enumerable.Range(0, 8)) Ensure(Bench.First, 0x10000 + ((ulong)i << 12));
        Assert.Same(large, Assert.Single(_tables.TakeCovered([One], new Iova(0x47c000), 4)));
    }

    [Fact]
    public void The_pages_of_one_domain_leave_the_same_addresses_of_the_next_alone()
    {
        // The page lies in the first domain's large leaf; the second domain has a small one where that begins.
        var large = _tables.Ensure(_bench.Cpu, Bench.First, new Iova(0x400000), Large, 0x600083)!;
        var (small, same) = (Ensure(Bench.Second, 0x400000), Ensure(Bench.Second, 0x47f000));
        Assert.Equal([large, same], _tables.TakeCovered([One, Two], new Iova(0x47f000), 1));
        Assert.Same(small, _tables.Find(Bench.Second, new Iova(0x400000)));
    }

    [Fact]
    public void A_leaf_that_another_replaced_lives_on_until_an_invalidation_covers_it()
    {
        var older = Ensure(Bench.First, 0x10000, 0x5001);
        var newer = Ensure(Bench.First, 0x10000, 0x5003);
        Assert.NotSame(older, newer);
        Assert.Same(newer, _tables.Find(Bench.First, new Iova(0x10000)));
        Assert.Empty(_tables.TakeCovered([Two], new Iova(0x10000), 1));
        Assert.Empty(_tables.TakeCovered([One], new Iova(0x11000), 1));
        Assert.Equal([newer, older], _tables.TakeCovered([One], new Iova(0x10000), 1));
        Assert.Empty(_tables.TakeCovered(null, default, InvalidationDescriptor.AllPages));
    }

    [Fact]
    public void Clearing_takes_the_leaf_out_of_every_table_that_has_it_and_spares_its_successor()
    {
        var one = Ensure(Bench.First, 0x10000);
        Ensure(Bench.Second, 0x10000);
        _tables.Clear(one);
        Assert.Equal((false, false), (_bench.Translate(0x10000).Ok, _bench.Translate(0x10000, source: Bench.Second).Ok));

        var older = Ensure(Bench.First, 0x20000, 0x5001);
        Ensure(Bench.First, 0x20000, 0x6003);
        _tables.Clear(older);
        Assert.Equal(0x6000UL, _bench.Translate(0x20000).Address.Value);
    }

    private LiveLeaf Ensure(SourceId source, ulong iova, ulong pte = 0x5003) =>
        _tables.Ensure(_bench.Cpu, source, new Iova(iova), Page, pte)!;
}
