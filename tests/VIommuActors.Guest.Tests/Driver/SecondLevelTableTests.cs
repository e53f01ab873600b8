using CsCheck;
using VIommuActors.Guest.Driver;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Guest.Tests.Driver;

public class SecondLevelTableTests
{
    private readonly GuestRam _ram = new(64UL << 20);
    private readonly GuestHeap _heap = new(0x100000, 64UL << 20);

    [Theory]
    [InlineData(1, 0x5000, 0x5003)]
    [InlineData(2, 0x400000, 0x400083)]
    [InlineData(3, 0x40000000, 0x40000083)]
    public void A_leaf_stands_at_its_level_under_tables_that_allow_everything(int level, ulong page, ulong leaf)
    {
        var table = new SecondLevelTable(_ram, () => _heap.Take(), 4);
        table.Map(new Iova(0x40_8060_3000), new GuestPhysical(page), Permission.ReadWrite, level);
        // Indices 0, 258, 3, 3.
        ulong[] indices = [0, 258, 3, 3];
        var at = table.Root.Value;
        for (var depth = 0; depth < 4 - level; depth++)
        {
            var entry = _ram.Read64(new GuestPhysical(at + (indices[depth] * 8)));
            Assert.Equal(3UL, entry & 0xfff);
            at = entry & ~0xfffUL;
        }
        Assert.Equal(leaf, _ram.Read64(new GuestPhysical(at + (indices[4 - level] * 8))));
    }

    [Fact]
    public void Three_levels_begin_one_lower()
    {
        var table = new SecondLevelTable(_ram, () => _heap.Take(), 3);
        table.Map(new Iova(0xfffff000), new GuestPhysical(0x5000), Permission.Read);
        Assert.Equal(0x100000UL, table.Root.Value);
        Assert.Equal([0x101003UL, 0x102003, 0x5001], new ulong[] { 0x100018, 0x101ff8, 0x102ff8 }.Select(at => _ram.Read64(new(at))));
    }

    [Fact]
    public void New_tables_are_cleared_and_a_given_root_is_left_as_it_is()
    {
        for (var i = 0UL; i < 0x4000; i += 8) _ram.Write64(new GuestPhysical(0x100000 + i), ulong.MaxValue);
        _ram.Write64(new GuestPhysical(0x200000), 0);
        _ram.Write64(new GuestPhysical(0x200008), 0x1234);
        var table = new SecondLevelTable(_ram, () => _heap.Take(), 3, new GuestPhysical(0x200000));
        table.Map(new Iova(0), new GuestPhysical(0x5000), Permission.Read);
        Assert.Equal((0x100003UL, 0x1234UL), (_ram.Read64(new GuestPhysical(0x200000)), _ram.Read64(new GuestPhysical(0x200008))));
        Assert.Equal((0UL, 0UL), (_ram.Read64(new GuestPhysical(0x100ff8)), _ram.Read64(new GuestPhysical(0x101ff8))));
    }

    [Fact]
    public void Clearing_can_be_bound_to_a_value()
    {
        var table = new SecondLevelTable(_ram, () => _heap.Take(), 3);
        table.Map(new Iova(0), new GuestPhysical(0x5000), Permission.Read);
        table.Clear(new Iova(0), only: 0x6001);
        Assert.Equal(0x5001UL, _ram.Read64(new GuestPhysical(0x102000)));
        table.Clear(new Iova(0), only: 0x5001);
        Assert.Equal(0UL, _ram.Read64(new GuestPhysical(0x102000)));
        table.Clear(new Iova(0));
        table.Clear(new Iova(0x40000000));
    }

    [Fact]
    public void A_table_outside_of_RAM_is_a_mistake()
    {
        Assert.Throws<InvalidOperationException>(() => new SecondLevelTable(_ram, () => new GuestPhysical(64UL << 20), 3));
        var table = new SecondLevelTable(_ram, () => _heap.Take(), 3, new GuestPhysical(64UL << 20));
        Assert.Throws<InvalidOperationException>(() => table.Map(default, new GuestPhysical(0x5000), Permission.Read));
    }

    [Fact]
    public void Two_vcpus_that_miss_the_same_table_lose_no_leaf()
    {
        SecondLevelTable? table = null;
        var (first, second) = (new Iova(0x1000), new Iova(0x2000));
        var other = new Thread(() => table!.Map(second, new GuestPhysical(0x6000), Permission.Read));
        table = new SecondLevelTable(_ram, NewTable, 3);
        table.Map(first, new GuestPhysical(0x5000), Permission.Read);
        other.Join();
        var walker = new SecondLevelWalker(new VtdOptions(), _ram);
        Assert.Equal(0x5000UL, walker.Walk(table.Root, 3, first, Permission.Read).Entry.Page.Value);
        Assert.Equal(0x6000UL, walker.Walk(table.Root, 3, second, Permission.Read).Entry.Page.Value);

        GuestPhysical NewTable()
        {
            // While the first has seen the gap and not yet closed it, the other comes as far as it can.
            if (table is not null && other.ThreadState == ThreadState.Unstarted)
            {
                other.Start();
                SpinWait.SpinUntil(() => (other.ThreadState & (ThreadState.Stopped | ThreadState.WaitSleepJoin)) != 0);
            }
            return _heap.Take();
        }
    }

    // Pages of all three sizes in two neighbouring GiB, so that they replace one another.
    private static readonly Gen<(int Act, int Level, ulong Slot, int Rights)[]> Acts =
        Gen.Select(
            Gen.Int[0, 3], Gen.Frequency((6, Gen.Const(1)), (3, Gen.Const(2)), (1, Gen.Const(3))), Gen.ULong[0, 7], Gen.Int[1, 3])
            .Array[1, 30];

    [Fact]
    public void The_unit_translates_what_a_list_of_leaves_says() =>
        Gen.Select(Acts, Gen.Int[3, 4]).Sample(
            (acts, levels) =>
            {
                var bench = new Bench(levels: levels);
                var table = new SecondLevelTable(bench.Ram, () => bench.Heap.Take(), levels);
                UseFor(bench, table);
                var leaves = new List<(ulong From, ulong Size, ulong Page, int Rights)>();
                var frame = 4UL; // GiB: above the interrupt range
                foreach (var (act, level, slot, rights) in acts)
                {
                    var iova = Place(slot);
                    var size = 4096UL << (9 * (level - 1));
                    var from = iova & ~(size - 1);
                    if (act == 0)
                    {
                        table.Clear(new Iova(iova));
                        leaves.RemoveAll(leaf => leaf.From <= iova && iova < leaf.From + leaf.Size);
                    }
                    else
                    {
                        // Whatever overlaps is gone as a whole: small pages below a large one, a large page around a small one.
                        var page = frame++ << 30;
                        table.Map(new Iova(from), new GuestPhysical(page), (Permission)rights, level);
                        leaves.RemoveAll(leaf => leaf.From < from + size && from < leaf.From + leaf.Size);
                        leaves.Add((from, size, page, rights));
                    }
                    bench.Unit.Write(0xf8, 8, 0x9000000000000000);
                    for (var probe = 0UL; probe < 8; probe++) AssertTranslates(bench, leaves, Place(probe) + 0x123);
                }
            },
            iter: 300);

    private static ulong Place(ulong slot) => ((slot >> 2) << 30) | (((slot >> 1) & 1) << 21) | ((slot & 1) << 12);

    private static void UseFor(Bench bench, SecondLevelTable table)
    {
        var (root, context) = (bench.Heap.Take(), bench.Heap.Take());
        bench.Ram.Write64(root, context.Value | 1);
        var entry = ContextEntry.Legacy(table.Root, table.Levels, new DomainId(1));
        bench.Ram.Write64(ContextEntry.AddressIn(context, Bench.First.DevFn), entry.Low);
        bench.Ram.Write64(new GuestPhysical(ContextEntry.AddressIn(context, Bench.First.DevFn).Value + 8), entry.High);
        bench.Unit.Write(0x20, 8, root.Value);
        bench.Unit.Write(0x18, 4, 0x40000000);
        bench.Unit.Write(0x18, 4, 0x80000000);
    }

    private static void AssertTranslates(Bench bench, List<(ulong From, ulong Size, ulong Page, int Rights)> leaves, ulong iova)
    {
        var leaf = leaves.Find(leaf => leaf.From <= iova && iova < leaf.From + leaf.Size);
        foreach (var wanted in new[] { Permission.Read, Permission.Write })
        {
            var actual = bench.Translate(iova, wanted);
            var allowed = (leaf.Rights & (int)wanted) != 0;
            Assert.Equal(allowed, actual.Ok);
            if (allowed) Assert.Equal((leaf.Page + (iova - leaf.From), leaf.Size - 1), (actual.Address.Value, actual.Mask));
        }
    }
}
