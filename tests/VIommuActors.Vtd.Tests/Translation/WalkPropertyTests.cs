using CsCheck;
using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Memory;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Vtd.Tests.Translation;

public sealed class WalkPropertyTests
{
    private const ulong Size = 0x8000;

    // Five small tables in 32 KiB of RAM; entries point mostly at each other, are mostly permitted and now and then carry any bit.
    private static readonly Gen<ulong> Entry = Gen.Select(
        Gen.Frequency((8, Gen.ULong[0, 7].Select(page => page << 12)), (1, Gen.Const(0xfee00000UL)), (1, Gen.Const(0xc0000000UL)), (1, Gen.Const(0x40000000UL))),
        Gen.Frequency((6, Gen.Const(3UL)), (1, Gen.ULong[0, 3])),
        Gen.Frequency((4, Gen.Const(0UL)), (2, Gen.Const(0x80UL)), (3, Gen.Int[2, 63].Select(bit => 1UL << bit))),
        (address, permission, extra) => address | permission | extra);

    private static readonly Gen<(ulong[] Entries, ulong Iova, int Levels, int Wanted, int Haw, bool Snoop, bool DeviceTlb)> Case = Gen.Select(
        Entry.Array[8 * 2], Gen.ULong, Gen.Int[3, 4], Gen.Int[1, 3], Gen.Int[0, 3].Select(i => new[] { 32, 39, 48, 52 }[i]), Gen.Bool, Gen.Bool);

    [Fact]
    public void The_walk_agrees_with_a_model_that_shares_nothing_with_it()
    {
        var seen = new Dictionary<(FaultReason, int), int>();
        Case.Sample(
            c =>
            {
                var ram = new GuestRam(Size);
                // Indices 0 and 1 of every table are filled; the address selects among them at each level.
                for (ulong page = 0; page < 8; page++)
                {
                    ram.Write64(new GuestPhysical(page << 12), c.Entries[page * 2]);
                    ram.Write64(new GuestPhysical((page << 12) + 8), c.Entries[page * 2 + 1]);
                }

                var iova = c.Iova & 0x8040201fffUL;
                var options = new VtdOptions { HostAddressWidth = c.Haw, SnoopControl = c.Snoop, DeviceTlb = c.DeviceTlb };
                var wanted = (Permission)c.Wanted;
                var actual = new SecondLevelWalker(options, ram).Walk(new GuestPhysical(0x1000), c.Levels, new Iova(iova), wanted);
                var expected = SlowWalk.Run(
                    address => address < Size ? ram.Read64(new GuestPhysical(address)) : null,
                    0x1000, c.Levels, iova, (c.Wanted & 1) != 0, (c.Wanted & 2) != 0, c.Haw, c.Snoop, c.DeviceTlb);
                Assert.Equal(expected.Fault, actual.Fault);
                lock (seen) seen[(expected.Fault, expected.PageBits)] = seen.GetValueOrDefault((expected.Fault, expected.PageBits)) + 1;
                if (expected.Fault != FaultReason.None) return;
                Assert.Equal(expected.Address, actual.Entry.Page.Value | (iova & actual.Entry.Mask));
                Assert.Equal((1UL << expected.PageBits) - 1, actual.Entry.Mask);
                Assert.Equal((expected.Reads, expected.Writes), (actual.Entry.Allowed.HasFlag(Permission.Read), actual.Entry.Allowed.HasFlag(Permission.Write)));
            },
            iter: 20_000);

        // The property says something only where every outcome occurs.
        foreach (var outcome in new[]
        {
            (FaultReason.None, 12), (FaultReason.None, 21), (FaultReason.None, 30), (FaultReason.WriteDenied, 0), (FaultReason.ReadDenied, 0),
            (FaultReason.PagingReserved, 0), (FaultReason.PagingEntryUnreadable, 0), (FaultReason.InterruptRange, 0),
        })
            Assert.True(seen.ContainsKey(outcome), $"{outcome} never occurred");
    }

    [Fact]
    public void Walks_hits_and_context_lookups_allocate_nothing()
    {
        var bench = new Bench(new VtdOptions { IotlbCapacity = 4 }).WithTables().Enabled();
        for (ulong page = 0; page < 8; page++) bench.Store(Bench.L1 + page * 8, Bench.Page + 3 + (page << 12));
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((101 * 8L, 101 * 8L), (bench.Unit.Counters.Walks, bench.Unit.Counters.Hits));

        void Round()
        {
            for (ulong page = 0; page < 8; page++)
            {
                bench.Write(0x10200000 + (page << 12));
                bench.Read(0x10200000 + (page << 12));
            }
        }
    }
}
