using VIommuActors.Vtd.Faults;

namespace VIommuActors.Vtd.Tests.Translation;

/// <summary>
/// One manipulation of working tables, one 4-byte access by devfn 0x28 to 0x10200567: the fault reasons measured on QEMU 11.1.
/// </summary>
public sealed class GoldenFaultTests
{
    private const ulong Context = 0x10001280, L4 = 0x10010000, L3 = 0x10011000, L2 = 0x10012408, L1 = 0x10013000;

    [Theory]
    [InlineData("root P=0", 0x10000000UL, 0x10001000UL, 0x1)]
    [InlineData("root bit 1", 0x10000000UL, 0x10001003UL, 0xa)]
    [InlineData("root high not 0", 0x10000008UL, 0x1UL, 0xa)]
    [InlineData("root to hole", 0x10000000UL, 0x40000001UL, 0x9)]
    [InlineData("context P=0", Context, 0x10010000UL, 0x2)]
    [InlineData("TT=3", Context, 0x1001000dUL, 0x3)]
    [InlineData("TT=1 without DT", Context, 0x10010005UL, 0x3)]
    [InlineData("AW=0", Context + 8, 0x0UL, 0x3)]
    [InlineData("AW=3", Context + 8, 0x3UL, 0x3)]
    [InlineData("AW=4", Context + 8, 0x4UL, 0x3)]
    [InlineData("AW=7", Context + 8, 0x7UL, 0x3)]
    [InlineData("context bit 4", Context, 0x10010011UL, 0xb)]
    [InlineData("context bit 4, FPD", Context, 0x10010013UL, 0xb)]
    [InlineData("context high bit 24", Context + 8, 0x1000002UL, 0xb)]
    [InlineData("L1 = 0", L1, 0x0UL, 0x5)]
    [InlineData("leaf R only", L1, 0x10100001UL, 0x5)]
    [InlineData("leaf W only", L1, 0x10100002UL, 0x0)]
    [InlineData("leaf bit 11", L1, 0x10100803UL, 0xc)]
    [InlineData("leaf bit 62", L1, 0x4000000010100003UL, 0xc)]
    [InlineData("leaf bit 52", L1, 0x0010000010100003UL, 0x0)]
    [InlineData("leaf bit 63", L1, 0x8000000010100003UL, 0x0)]
    [InlineData("leaf bits 10:8", L1, 0x10100703UL, 0x0)]
    [InlineData("leaf bit 7", L1, 0x10100083UL, 0x0)]
    [InlineData("leaf bit 50", L1, 0x0004000010100003UL, 0xc)]
    [InlineData("L2 R only", L2, 0x10013001UL, 0x5)]
    [InlineData("L2 table with R=W=0", L2, 0x10013000UL, 0x5)]
    [InlineData("2M leaf", L2, 0x10200083UL, 0x0)]
    [InlineData("2M leaf misaligned", L2, 0x10101083UL, 0xc)]
    [InlineData("1G leaf misaligned", L3, 0x10000083UL, 0xc)]
    [InlineData("L4 with bit 7", L4, 0x10011083UL, 0xc)]
    [InlineData("L3 pointer to hole", L4, 0x40000003UL, 0x7)]
    [InlineData("L2 pointer to hole", L3, 0x40000003UL, 0x7)]
    [InlineData("leaf in the interrupt range", L1, 0xfee00003UL, 0xe)]
    [InlineData("leaf at its end", L1, 0xfeeff003UL, 0xe)]
    [InlineData("leaf behind it", L1, 0xfef00003UL, 0x0)]
    [InlineData("1G leaf that covers it", L3, 0xc0000083UL, 0xe)]
    public void A_write_after_one_manipulation(string manipulation, ulong address, ulong value, byte reason)
    {
        var bench = new Bench().WithTables();
        bench.Store(address, value);
        bench.Enabled();
        var fault = bench.Write().Fault;
        Assert.True((FaultReason)reason == fault, $"{manipulation}: {fault}");
        Assert.Equal(reason == 0 ? 0 : 0x8000000000000028 | ((ulong)reason << 32), bench.R8(0x228));
        Assert.Equal(reason == 0 ? 0UL : 0x10200000, bench.R8(0x220));
        Assert.Equal(reason == 0 ? 0U : 2, bench.R4(0x34));
    }

    [Fact]
    public void A_read_of_an_unmapped_page_is_recorded_with_t()
    {
        var bench = new Bench().WithTables().Enabled();
        Assert.Equal(FaultReason.ReadDenied, bench.Read(0x10201000).Fault);
        Assert.Equal((0x10201000UL, 0xc000000600000028UL), (bench.R8(0x220), bench.R8(0x228)));
    }

    [Fact]
    public void An_address_beyond_48_bits_is_beyond_the_width() =>
        Assert.Equal(FaultReason.AddressBeyondWidth, new Bench().WithTables().Enabled().Write(Bench.Iova | (1UL << 48)).Fault);

    [Fact]
    public void A_root_table_in_a_hole_is_unreadable()
    {
        var bench = new Bench();
        bench.W8(0x20, Bench.Hole);
        bench.W4(0x18, 0xc0000000);
        Assert.Equal(FaultReason.RootUnreadable, bench.Write().Fault);
    }

    // The specification has one reason for every paging entry; QEMU calls an unreadable top table an invalid context.
    [Theory]
    [InlineData(false, FaultReason.PagingEntryUnreadable)]
    [InlineData(true, FaultReason.ContextInvalid)]
    public void An_unreadable_top_table(bool quirks, FaultReason reason)
    {
        var bench = new Bench(new VtdOptions { Quirks = quirks ? QemuRelease.Qemu11 : null }).WithTables();
        bench.Store(Context, 0x40000001);
        Assert.Equal(reason, bench.Enabled().Write().Fault);
    }

    [Theory]
    [InlineData(Context, 0x10010002UL, FaultReason.ContextNotPresent)]
    [InlineData(Context, 0x1001000fUL, FaultReason.ContextInvalid)]
    [InlineData(L1, 0x0UL, FaultReason.WriteDenied)]
    [InlineData(L1, 0x10100803UL, FaultReason.PagingReserved)]
    [InlineData(L1, 0xfee00003UL, FaultReason.InterruptRange)]
    [InlineData(L3, 0x40000003UL, FaultReason.PagingEntryUnreadable)]
    public void Qualified_faults_are_not_recorded_with_fpd(ulong address, ulong value, FaultReason reason)
    {
        var bench = new Bench().WithTables();
        bench.Store(Context, 0x10010003);
        bench.Store(address, value);
        Assert.Equal(reason, bench.Enabled().Write().Fault);
        Assert.Equal((0U, 0UL), (bench.R4(0x34), bench.R8(0x228)));
    }

    [Theory]
    [InlineData(false, false, FaultReason.PagingReserved, FaultReason.PagingReserved)]
    [InlineData(true, false, FaultReason.None, FaultReason.PagingReserved)]
    [InlineData(false, true, FaultReason.PagingReserved, FaultReason.None)]
    public void Snoop_and_transient_bits_are_legal_in_leaves_when_offered(bool snoop, bool deviceTlb, FaultReason snp, FaultReason tm)
    {
        var options = new VtdOptions { SnoopControl = snoop, DeviceTlb = deviceTlb };
        Assert.Equal(snp, With(L1, 0x10100803));
        Assert.Equal(tm, With(L1, 0x4000000010100003));
        // Never in an entry that points to a table (QEMU's masks for table entries keep both).
        Assert.Equal(FaultReason.PagingReserved, With(L2, 0x10013803));
        Assert.Equal(FaultReason.PagingReserved, With(L2, 0x4000000010013003));

        FaultReason With(ulong address, ulong value)
        {
            var bench = new Bench(options).WithTables();
            bench.Store(address, value);
            return bench.Enabled().Write().Fault;
        }
    }
}
