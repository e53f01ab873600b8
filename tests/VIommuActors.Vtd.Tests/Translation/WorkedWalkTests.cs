using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Translation;

namespace VIommuActors.Vtd.Tests.Translation;

/// <summary>The table values of QEMU's own intel-iommu test, walked by hand, and the answers around them.</summary>
public sealed class WorkedWalkTests
{
    [Fact]
    public void Four_levels_lead_to_the_worked_address()
    {
        var bench = new Bench().WithTables(new SourceId(0x10)).Enabled();
        var answer = bench.Write(source: new SourceId(0x10));
        Assert.Equal(
            new Translated(FaultReason.None, new GuestPhysical(0x10100567), 0xfff, Permission.ReadWrite, new DomainId(0), Hit: false), answer);
        Assert.Equal(answer with { Hit = true }, bench.Write(source: new SourceId(0x10)));
        Assert.Equal(new VtdCounters(Hits: 1, Misses: 1, Walks: 1, Entries: 1, Evictions: 0, ContextHits: 0, ContextMisses: 1), bench.Unit.Counters);
    }

    [Fact]
    public void Three_levels_start_one_table_lower_and_end_at_39_bits()
    {
        var bench = ThreeLevels(new VtdOptions());
        Assert.Equal(0x10100567UL, bench.Write().Address.Value);
        Assert.Equal(FaultReason.AddressBeyondWidth, bench.Write(Bench.Iova | (1UL << 39)).Fault);
    }

    [Fact]
    public void A_39_bit_unit_accepts_three_levels_only()
    {
        Assert.Equal(0x10100567UL, ThreeLevels(new VtdOptions { AddressWidth = 39 }).Write().Address.Value);
        var four = new Bench(new VtdOptions { AddressWidth = 39 }).WithTables().Enabled();
        Assert.Equal(FaultReason.ContextInvalid, four.Write().Fault);
    }

    [Fact]
    public void Translation_off_is_identity_without_faults()
    {
        var bench = new Bench();
        Assert.Equal(
            new Translated(FaultReason.None, new GuestPhysical(Bench.Iova), 0xfff, Permission.ReadWrite, default, Hit: false), bench.Write());
        Assert.Equal(0U, bench.R4(0x34));
    }

    [Theory]
    [InlineData(2, 0x10200083UL, 0x1fffffUL, 0x10200567UL)]
    [InlineData(3, 0x00000083UL, 0x3fffffffUL, 0x10200567UL)]
    public void Large_pages_keep_the_offset_inside_them(int level, ulong leaf, ulong mask, ulong expected)
    {
        var bench = new Bench().WithTables().Enabled();
        bench.Store(level == 2 ? Bench.L2 + 0x81 * 8 : Bench.L3, leaf);
        var answer = bench.Write();
        Assert.Equal((expected, mask), (answer.Address.Value, answer.Mask));
        var elsewhere = bench.Write(Bench.Iova + 0x12000);
        Assert.Equal((expected + 0x12000, true), (elsewhere.Address.Value, elsewhere.Hit));
    }

    [Fact]
    public void Pass_through_gives_the_address_back()
    {
        var bench = new Bench().WithTables().Enabled();
        bench.Store(Bench.ContextOf(Bench.Device), 0x9); // P, TT = 2; no table
        bench.Store(Bench.ContextOf(Bench.Device) + 8, 0x702);
        Assert.Equal(
            new Translated(FaultReason.None, new GuestPhysical(0xffff_f000_0567), 0xfff, Permission.ReadWrite, new DomainId(7), Hit: false),
            bench.Write(0xffff_f000_0567));
    }

    [Fact]
    public void Pass_through_that_is_not_offered_is_an_invalid_context()
    {
        var bench = new Bench(new VtdOptions { PassThrough = false }).WithTables().Enabled();
        bench.Store(Bench.ContextOf(Bench.Device), 0x9);
        Assert.Equal(FaultReason.ContextInvalid, bench.Write().Fault);
    }

    [Theory]
    [InlineData(0xfee00000UL)]
    [InlineData(0xfeefffffUL)]
    public void Writes_to_the_interrupt_range_are_never_remapped(ulong address)
    {
        var bench = new Bench().Enabled(); // no tables at all
        var answer = bench.Write(address);
        Assert.Equal((true, address, Permission.Write), (answer.Ok, answer.Address.Value, answer.Allowed));
        Assert.Equal(0U, bench.R4(0x34));
        Assert.Equal(FaultReason.ReadDenied, bench.Read(address).Fault);
    }

    [Theory]
    [InlineData(0xfedffff8UL)]
    [InlineData(0xfef00000UL)]
    public void Beside_the_interrupt_range_the_tables_decide(ulong address) =>
        Assert.Equal(FaultReason.RootNotPresent, new Bench().Enabled().Write(address).Fault);

    [Fact]
    public void A_zero_length_read_is_a_read()
    {
        var bench = new Bench().WithTables().Enabled();
        bench.Store(Bench.L1, 0x10100002);
        Assert.Equal(FaultReason.ReadDenied, bench.Unit.Translate(Bench.Device, new Iova(Bench.Iova), Permission.None).Fault);
    }

    [Fact]
    public void Permission_is_the_and_over_all_levels()
    {
        var bench = new Bench().WithTables().Enabled();
        bench.Store(Bench.L3, 0x10012001);
        Assert.Equal(Permission.Read, bench.Read().Allowed);
    }

    [Fact]
    public void A_translation_request_needs_tt_1()
    {
        var bench = new Bench(new VtdOptions { DeviceTlb = true }).WithTables().Enabled();
        Assert.Equal(FaultReason.TranslatedBlocked, bench.Unit.TranslateForDevice(Bench.Device, new Iova(Bench.Iova), Permission.Write).Fault);
        Assert.Equal(0x9000000d00000028UL, bench.R8(0x228)); // AT = 1, T = 0
        Assert.Equal(0x10200000UL, bench.R8(0x220));
        bench.Store(Bench.ContextOf(Bench.Device), 0x10010005);
        bench.W4(0x2c, 0xa0000000); // TT = 0 was cached
        Assert.Equal(0x10100567UL, bench.Unit.TranslateForDevice(Bench.Device, new Iova(Bench.Iova), Permission.Write).Address.Value);
        Assert.True(bench.Write().Ok); // untranslated requests still work
    }

    [Fact]
    public void A_translation_request_without_device_tlbs_is_blocked()
    {
        var bench = new Bench().WithTables().Enabled();
        Assert.Equal(FaultReason.TranslatedBlocked, bench.Unit.TranslateForDevice(Bench.Device, new Iova(Bench.Iova), Permission.Read).Fault);
    }

    [Fact]
    public void No_access_is_an_answer_to_a_translation_request_and_not_recorded()
    {
        var bench = new Bench(new VtdOptions { DeviceTlb = true }).WithTables().Enabled();
        bench.Store(Bench.ContextOf(Bench.Device), 0x10010005);
        foreach (var address in new[] { 0x10201000UL, 1UL << 48, 0xfee00000UL })
            Assert.NotEqual(FaultReason.None, bench.Unit.TranslateForDevice(Bench.Device, new Iova(address), Permission.Read).Fault);
        Assert.Equal(0U, bench.R4(0x34));
        bench.Store(Bench.L1 + 8, 0x10100803); // reserved bit: an error of the tables, recorded with AT = 1
        Assert.Equal(FaultReason.PagingReserved, bench.Unit.TranslateForDevice(Bench.Device, new Iova(0x10201000), Permission.Read).Fault);
        Assert.Equal(0xd000000c00000028UL, bench.R8(0x228));
    }

    private static Bench ThreeLevels(VtdOptions options)
    {
        var bench = new Bench(options).WithTables();
        bench.Store(Bench.ContextOf(Bench.Device), 0x10011001);
        bench.Store(Bench.ContextOf(Bench.Device) + 8, 1);
        return bench.Enabled();
    }
}
