using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Spec;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Vtd.Tests.Translation;

/// <summary>What may be stale and what may not: the caching rules that were measured on QEMU 11.1, or differ from it on purpose.</summary>
public sealed class CachingTests
{
    [Fact]
    public void A_cleared_entry_stays_usable_until_it_is_invalidated()
    {
        var bench = new Bench().WithTables(did: 5).Enabled();
        bench.Write();
        bench.Store(Bench.L1, 0);
        Assert.True(bench.Write() is { Ok: true, Hit: true });
        Invalidate(bench, did: 6);
        Assert.True(bench.Write().Ok); // another domain's id leaves the entry
        Invalidate(bench, did: 5);
        Assert.Equal(FaultReason.WriteDenied, bench.Write().Fault);
    }

    [Fact]
    public void Nothing_not_present_is_cached_even_in_caching_mode()
    {
        var bench = new Bench(new VtdOptions { CachingMode = true }).WithTables().Enabled();
        bench.Store(Bench.L1, 0);
        Assert.Equal(FaultReason.WriteDenied, bench.Write().Fault);
        bench.Store(Bench.L1, 0x10100003);
        Assert.True(bench.Write().Ok);
        bench.Store(Bench.ContextOf(Bench.Other), 0);
        Assert.Equal(FaultReason.ContextNotPresent, bench.Write(source: Bench.Other).Fault);
        bench.Store(Bench.ContextOf(Bench.Other), 0x10010001);
        bench.Store(Bench.ContextOf(Bench.Other) + 8, 2);
        Assert.True(bench.Write(source: Bench.Other).Ok);
    }

    [Fact]
    public void Devices_of_one_domain_walk_each_for_themselves()
    {
        var bench = new Bench().WithTables(Bench.Other, did: 5).WithTables(did: 5).Enabled();
        bench.Write();
        Assert.False(bench.Write(source: Bench.Other).Hit);
        Assert.Equal(2, bench.Unit.Counters.Entries);
    }

    [Fact]
    public void A_changed_context_works_on_through_whichever_cache_was_not_flushed()
    {
        var bench = new Bench().WithTables().Enabled();
        bench.Write();
        bench.Store(Bench.ContextOf(Bench.Device), 0);
        bench.W4(0x2c, 0xa0000000);
        Assert.True(bench.Write().Ok);      // IOTLB
        bench.W4(0xfc, 0x90000000);
        Assert.Equal(FaultReason.ContextNotPresent, bench.Write().Fault);

        bench.Store(Bench.ContextOf(Bench.Device), 0x10010001);
        bench.Write();
        bench.Store(Bench.ContextOf(Bench.Device), 0);
        bench.W4(0xfc, 0x90000000);
        Assert.True(bench.Write().Ok);      // context cache
        bench.W4(0xfc, 0x90000000);
        bench.W4(0x2c, 0xa0000000);
        Assert.Equal(FaultReason.ContextNotPresent, bench.Write().Fault);
    }

    [Fact]
    public void A_weaker_cached_entry_is_walked_anew_and_faults_if_still_weak()
    {
        var bench = new Bench().WithTables().Enabled();
        bench.Store(Bench.L1, 0x10100001);
        bench.Read();
        Assert.Equal(FaultReason.WriteDenied, bench.Write().Fault);
        Assert.Equal(0x8000000500000028UL, bench.R8(0x228));
        bench.Store(Bench.L1, 0x10100003);
        Assert.True(bench.Write() is { Ok: true, Hit: false });
        Assert.True(bench.Write() is { Ok: true, Hit: true });
        Assert.Equal(1, bench.Unit.Counters.Entries);
    }

    [Fact]
    public void A_write_through_a_cached_read_only_entry_is_dropped_silently_with_quirks()
    {
        var bench = new Bench(new VtdOptions { Quirks = QemuRelease.Qemu11 }).WithTables().Enabled();
        bench.Store(Bench.L1, 0x10100001);
        bench.Read();
        var answer = bench.Write();
        Assert.Equal((false, true, FaultReason.None), (answer.Ok, answer.Silent, answer.Fault));
        Assert.Equal(0U, bench.R4(0x34));
    }

    [Theory]
    [InlineData(0, new[] { 0x28 })]
    [InlineData(1, new[] { 0x28, 0x2c })]
    [InlineData(2, new[] { 0x28, 0x2a, 0x2c, 0x2e })]
    [InlineData(3, new[] { 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f })]
    public void A_device_flush_reaches_the_functions_that_its_mask_ignores(byte mask, int[] expected)
    {
        var cache = new ContextCache<ContextEntry>(64);
        for (ushort sid = 0x20; sid < 0x38; sid++) cache.Insert(new SourceId(sid), new ContextEntry(1, 2));
        cache.InvalidateDevice(new SourceId(0x28), mask);
        var gone = Enumerable.Range(0x20, 0x18).Where(sid => !cache.TryLookup(new SourceId((ushort)sid), out _));
        Assert.Equal(expected, gone);
    }

    [Fact]
    public void Both_caches_stay_within_their_bounds()
    {
        var bench = new Bench(new VtdOptions { IotlbCapacity = 3, ContextCacheCapacity = 2 }).WithTables().Enabled();
        for (byte devFn = 0; devFn < 8; devFn++)
        {
            bench.Store(Bench.Context + devFn * 16UL, 0x10010001);
            bench.Store(Bench.Context + devFn * 16UL + 8, 2);
            Assert.True(bench.Write(source: new SourceId(devFn)).Ok);
            Assert.InRange(bench.Unit.Counters.Entries, 1, 3);
        }

        Assert.Equal((8L, 6L), (bench.Unit.Counters.Walks, bench.Unit.Counters.Evictions));
    }

    private static void Invalidate(Bench bench, ushort did)
    {
        bench.W8(0xf0, 0x10200000);
        bench.W8(0xf8, 0xb000000000000000 | ((ulong)did << 32));
    }

    // QEMU switches a pass-through device past the unit and looks at its context entry again only at certain commands.
    [Theory]
    [InlineData(null, false)]
    [InlineData(QemuRelease.Qemu7, true)]
    public void Pass_through_sticks_with_quirks(QemuRelease? quirks, bool sticks)
    {
        var bench = new Bench(new VtdOptions { Quirks = quirks }).WithTables();
        bench.Store(Bench.ContextOf(Bench.Device), 0x9);
        Assert.Equal(Bench.Iova, bench.Enabled().Write().Address.Value);
        bench.Store(Bench.ContextOf(Bench.Device), 0);
        bench.W4(0xf8 + 4, 0x90000000);
        // Without the quirk the context cache still has it; a context invalidation tells them apart.
        bench.W8(0x28, 0xe000000000290000); // another function
        Assert.True(bench.Write().Ok);
        bench.Store(Bench.ContextOf(Bench.Other), 0x9);
        bench.Store(Bench.ContextOf(Bench.Other) + 8, 2);
        bench.W8(0x28, 0xa000000000000000);
        bench.Store(Bench.ContextOf(Bench.Other), 0);
        Assert.Equal(sticks, bench.Write(source: Bench.Other).Ok);
        Assert.False(bench.Write().Ok);
    }
}
