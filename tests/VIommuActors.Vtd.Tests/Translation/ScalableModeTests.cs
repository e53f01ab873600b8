using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Tests.Translation;

/// <summary>
/// Scalable mode with the tables of QEMU's own test: context at 0x10001000 + 32·devfn, PASID directory 0x10030000, PASID table 0x10031000.
/// Reasons with quirks were measured on QEMU 7.2 (edu) and 11.1 (iommu-testdev).
/// </summary>
public sealed class ScalableModeTests
{
    private const ulong Root = 0x10000000, Context = 0x10001500, Directory = 0x10030000, Pasid = 0x10031000, L4 = 0x10010000, L3 = 0x10011000;
    private const ulong L2 = 0x10012408, L1 = 0x10013000, Hole = 0x40000000;

    [Theory]
    [InlineData(0x101UL, 0UL, 0x10200567UL)]              // pass-through
    [InlineData(0x10010089UL, 0UL, 0x10100567UL)]         // second level, AW 2
    public void Each_kind_of_table_translates(ulong word0, ulong word2, ulong expected)
    {
        var bench = Tables(new VtdOptions { ScalableMode = true }, word0, word2);
        Assert.Equal(expected, Enabled(bench).Write().Address.Value);
    }

    [Fact]
    public void First_level_tables_translate_and_are_marked()
    {
        var bench = FirstLevel();
        var translated = Enabled(bench).Write();
        Assert.Equal((0x10100567UL, 0xfffUL), (translated.Address.Value, translated.Mask));
        Assert.Equal((0x10011027UL, 0x10012027UL, 0x10013027UL, 0x10100067UL), (bench.Load(L4), bench.Load(L3), bench.Load(L2), bench.Load(L1)));
    }

    [Fact]
    public void A_read_leaves_d_clear_and_a_later_write_sets_it()
    {
        var bench = FirstLevel();
        Assert.True(Enabled(bench).Read().Ok);
        Assert.Equal(0x10100027UL, bench.Load(L1));
        Assert.True(bench.Write().Ok);
        Assert.Equal(0x10100067UL, bench.Load(L1));
    }

    public static TheoryData<ulong, ulong, int, int, int> Manipulations => new()
    {
        // address, value, specification, 11.1, 7.2
        { Root, 0, 0x39, 1, 1 },
        { Root, 0x10001003, 0x3a, 0xa, 0xa },
        { Root, Hole | 1, 0x40, 9, 9 },
        { Root + 8, 0x2, 0, 0xa, 0xa }, // the other half of the bus
        { Context, 0x10030000, 0x41, 2, 2 },
        { Context, 0x10030021, 0x42, 0xb, 0xb },
        { Context + 8, 1UL << 21, 0x42, 0xb, 0xb },
        { Context + 16, 1, 0x42, 0xb, 0xb },
        { Context, Hole | 1, 0x50, 0x50, 0x58 },
        { Directory, 0x10031000, 0x51, 0x51, 0x58 },
        { Directory, 0x10031005, 0x52, 0, 0 },
        { Directory, Hole | 1, 0x58, 0x58, 0x58 },
        { Pasid, 0, 0x59, 0x5b, 0x58 },
        { Pasid, 0x10010088, 0x59, 0x59, 0x58 },
        { Pasid, 0x10010489, 0x5a, 0, 0 },
        { Pasid, 0x10010009, 0x5b, 0x5b, 0x58 },  // PGTT 0
        { Pasid, 0x100100c9, 0x5b, 0x5b, 0 },     // PGTT 3: 7.2 walks second-level tables
        { Pasid, 0x1001008d, 0x5b, 0x5b, 0x58 },  // AW 3
        { Pasid, 0x101, 0, 0, 0x58 },             // pass-through without a width
        { Pasid, Hole | 0x89, 0x78, 3, 3 },
        { L3, Hole | 3, 0x78, 7, 7 },
        { L1, 0, 0x79, 5, 5 },
        { L1, 0x10100001, 0x79, 5, 5 },
        { L1, 0x10100803, 0, 0, 0 },              // SNP is tolerated
        { L1, 0x10100003 | (1UL << 50), 0x7a, 0xc, 0xc },
        { L4, 0x10011083, 0x7a, 0xc, 0xc },
        { L1, 0xfee00003, 0x87, 0x87, 0x87 },
    };

    [Theory]
    [MemberData(nameof(Manipulations))]
    public void One_manipulation_of_second_level_tables(ulong address, ulong value, int specification, int eleven, int seven)
    {
        Assert.Equal(specification, Fault(null));
        Assert.Equal(eleven, Fault(QemuRelease.Qemu11));
        Assert.Equal(seven, Fault(QemuRelease.Qemu7));

        int Fault(QemuRelease? quirks)
        {
            var bench = Tables(new VtdOptions { ScalableMode = true, Quirks = quirks }, 0x10010089, 0);
            bench.Store(address, value);
            var fault = Enabled(bench).Write().Fault;
            Assert.Equal(fault == FaultReason.None ? 0 : 0x80 | (int)fault, (int)(bench.R8(0x228) >> 56) | (int)(bench.R8(0x228) >> 32 & 0xff));
            return (int)fault;
        }
    }

    [Theory]
    [InlineData(L1, 0x10100066UL, 0x71)]
    [InlineData(L1, 0x10100005UL, 0x85)]
    [InlineData(L1, 0x10100003UL, 0x81)]
    [InlineData(L1, 0x10100007UL | (1UL << 50), 0x72)]
    [InlineData(L4, 0x40000007UL, 0x70)]
    [InlineData(L1, 0xfee00007UL, 0x87)]
    [InlineData(Pasid, 0x10010089UL, 0x5b)]              // second-level tables are not offered
    [InlineData(Pasid + 16, 0x40000000UL, 0x73)]
    [InlineData(Pasid + 16, 0x10010004UL, 0x5b)]         // FLPM 1 without FL5LP
    public void One_manipulation_of_first_level_tables(ulong address, ulong value, int reason)
    {
        var bench = FirstLevel();
        bench.Store(address, value);
        Assert.Equal((FaultReason)reason, Enabled(bench).Write().Fault);
    }

    [Theory]
    [InlineData(0x10200567UL | (1UL << 48), 0x80)]
    [InlineData(0xffff8000_00000000UL, 0x71)] // canonical, unmapped
    public void First_level_addresses_are_canonical(ulong iova, int reason) =>
        Assert.Equal((FaultReason)reason, Enabled(FirstLevel()).Write(iova).Fault);

    [Theory]
    [InlineData(0x0UL)]
    [InlineData(0x2UL)]
    public void Fpd_of_a_pasid_entry_hides_faults_of_the_walk(ulong fpd)
    {
        var bench = Tables(new VtdOptions { ScalableMode = true }, 0x10010089 | fpd, 0);
        bench.Store(L1, 0);
        Assert.False(Enabled(bench).Write().Ok);
        Assert.Equal(fpd == 0 ? 2U : 0U, bench.R4(0x34));
    }

    // 7.2 takes RID_PASID for a request's own PASID, and says so in the record.
    [Fact]
    public void Rid_pasid_with_the_quirks_of_seven()
    {
        var bench = Tables(new VtdOptions { ScalableMode = true, Quirks = QemuRelease.Qemu7 }, 0, 0);
        bench.Store(Context + 8, 5);
        bench.Store(Pasid + (5 * 64), 0x10010089);
        Assert.True(Enabled(bench).Write().Ok);
        Assert.False(bench.Write(0x10201000).Ok);
        Assert.Equal(0x80000505_80000028UL, bench.R8(0x228));
    }

    [Theory]
    [InlineData(QemuRelease.Qemu7, 0x80ffff05_00000028UL)]
    [InlineData(QemuRelease.Qemu11, 0x80000005_00000028UL)]
    public void Seven_records_a_pasid_that_a_legacy_request_has_not(QemuRelease release, ulong record)
    {
        var bench = new Bench(new VtdOptions { Quirks = release }).WithTables().Enabled();
        bench.Write(0x10201000);
        Assert.Equal(record, bench.R8(0x228));
    }

    [Theory]
    [InlineData(0x800UL, true)]  // TTM 2 and 3: QEMU looks at bit 10 alone
    [InlineData(0xc00UL, false)]
    public void Table_modes(ulong mode, bool legacyWithQuirks)
    {
        foreach (var quirks in new QemuRelease?[] { null, QemuRelease.Qemu7 })
        {
            var bench = new Bench(new VtdOptions { ScalableMode = true, Quirks = quirks }).WithTables();
            bench.W8(0x20, Root | mode);
            bench.W4(0x18, 0xc0000000);
            var fault = bench.Write().Fault;
            if (quirks is null) Assert.Equal(FaultReason.TableModeInvalid, fault);
            else Assert.Equal(legacyWithQuirks, fault == FaultReason.None);
        }
    }

    [Fact]
    public void Descriptors_of_256_bits_step_by_32()
    {
        var bench = Wide(null);
        bench.Store(Bench.Queue, 0x0000000200000025);
        bench.Store(Bench.Queue + 8, 0x3000000);
        bench.W4(0x88, 0x20);
        Assert.Equal((0x20UL, 2UL), (bench.R8(0x80), bench.Load(0x3000000)));
        bench.W4(0x88, 0x30);
        Assert.Equal((0x20UL, 0x10U, 6UL), (bench.R8(0x80), bench.R4(0x34), bench.R8(0xb0)));
    }

    [Theory]
    [InlineData(null, 0UL)]
    [InlineData(QemuRelease.Qemu7, 0x20UL)]
    public void The_upper_half_of_a_descriptor_is_reserved(QemuRelease? quirks, ulong head)
    {
        var bench = Wide(quirks);
        bench.Store(Bench.Queue, 0x12);
        bench.Store(Bench.Queue + 16, 1);
        bench.W4(0x88, 0x20);
        Assert.Equal(head, bench.R8(0x80));
    }

    [Fact]
    public void An_iotlb_invalidation_drops_first_level_entries_of_other_pages_too_and_one_of_a_pasid_does_not()
    {
        var bench = FirstLevel();
        bench.Store(L1 + 8, 0x10101007);
        Enabled(bench).WithQueue();
        Assert.True(bench.Write().Ok && bench.Write(0x10201000).Ok);
        bench.Submit(InvalidationDescriptor.PasidIotlbPage(default, 0, new Iova(0x10201000), 0));
        bench.Store(L1, 0);
        bench.Store(L1 + 8, 0);
        Assert.True(bench.Write().Ok);
        Assert.False(bench.Write(0x10201000).Ok);
        bench.Submit(InvalidationDescriptor.IotlbPage(default, new Iova(0x10300000), 0));
        Assert.False(bench.Write().Ok);
    }

    [Fact]
    public void Pasid_entries_are_read_anew_and_context_entries_are_not()
    {
        var bench = Enabled(Tables(new VtdOptions { ScalableMode = true }, 0x10010089, 0)).WithQueue();
        Assert.True(bench.Write().Ok);
        bench.Store(Context, 0);
        bench.Submit(InvalidationDescriptor.IotlbGlobal());
        Assert.True(bench.Write().Ok);
        bench.Store(Pasid, 0x101);
        bench.Submit(InvalidationDescriptor.PasidCacheGlobal(), InvalidationDescriptor.PasidIotlb(default, 0));
        Assert.Equal(Bench.Iova, bench.Write().Address.Value);
        bench.Submit(InvalidationDescriptor.ContextGlobal());
        Assert.Equal(FaultReason.ScalableContextNotPresent, bench.Write().Fault);
    }

    // 7.2 accepts the descriptor and does nothing about it.
    [Fact]
    public void A_pasid_invalidation_does_nothing_with_the_quirks_of_seven()
    {
        var bench = Tables(new VtdOptions { ScalableMode = true, Quirks = QemuRelease.Qemu7 }, 0x10010089, 0);
        Enabled(bench).WithQueue();
        Assert.True(bench.Write().Ok);
        bench.Store(L1, 0);
        bench.Submit(InvalidationDescriptor.PasidIotlb(default, 0));
        Assert.Equal(0x10UL, bench.R8(0x80));
        Assert.True(bench.Write().Ok);
    }

    // QEMU reads the PASID entry before its IOTLB: without one, what is cached is not used, unless FPD keeps it from looking.
    [Theory]
    [InlineData(null, 0UL, FaultReason.None)]
    [InlineData(QemuRelease.Qemu7, 0UL, FaultReason.PasidTableUnreadable)]
    [InlineData(QemuRelease.Qemu7, 2UL, FaultReason.None)]
    [InlineData(QemuRelease.Qemu11, 0UL, FaultReason.PasidDirectoryNotPresent)]
    public void A_cached_page_without_a_pasid_entry(QemuRelease? quirks, ulong fpd, FaultReason reason)
    {
        var bench = Tables(new VtdOptions { ScalableMode = true, Quirks = quirks }, 0x10010089, 0);
        bench.Store(Context, Directory | 1 | fpd);
        Assert.True(Enabled(bench).Write().Ok);
        bench.Store(Directory, 0x10031000);
        Assert.Equal(reason, bench.Write().Fault);
    }

    // QEMU looks at P when it loads the context entry, and caches that entry only when it was set.
    [Fact]
    public void Presence_of_a_pasid_entry_counts_once_with_quirks()
    {
        var bench = Tables(new VtdOptions { ScalableMode = true, Quirks = QemuRelease.Qemu7 }, 0x10010088, 0);
        Assert.False(Enabled(bench).Write().Ok);
        bench.Store(Pasid, 0x10010089);
        bench.Store(Context, Directory | 0x21);
        Assert.Equal(FaultReason.ContextReserved, bench.Write().Fault);
        bench.Store(Context, Directory | 1);
        Assert.Equal(FaultReason.WriteDenied, bench.Write(0x10201000).Fault);
        bench.Store(Pasid, 0x10010088);
        Assert.True(bench.Write().Ok);
    }

    private static Bench Wide(QemuRelease? quirks)
    {
        var bench = new Bench(new VtdOptions { ScalableMode = true, Quirks = quirks });
        bench.W8(0x90, Bench.Queue | 0x800);
        bench.W4(0x18, 0x04000000);
        return bench;
    }

    private static Bench Enabled(Bench bench)
    {
        bench.W8(0x20, Root | 0x400);
        bench.W4(0x18, 0xc0000000);
        return bench;
    }

    private static Bench FirstLevel()
    {
        var bench = Tables(new VtdOptions { ScalableMode = true, FirstLevel = true }, 0x41, L4);
        bench.Store(L4, L3 | 7);
        bench.Store(L3, 0x10012007);
        bench.Store(L2, L1 | 7);
        bench.Store(L1, 0x10100007);
        return bench;
    }

    private static Bench Tables(VtdOptions options, ulong word0, ulong word2)
    {
        var bench = new Bench(options);
        bench.Store(Root, 0x10001001);
        bench.Store(Context, Directory | 1);
        bench.Store(Directory, Pasid | 1);
        bench.Store(Pasid, word0);
        bench.Store(Pasid + 16, word2);
        bench.Store(L4, L3 | 3);
        bench.Store(L3, 0x10012003);
        bench.Store(L2, L1 | 3);
        bench.Store(L1, 0x10100003);
        return bench;
    }
}
