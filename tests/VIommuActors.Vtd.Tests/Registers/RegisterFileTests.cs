namespace VIommuActors.Vtd.Tests.Registers;

/// <summary>Access rules of the register file. Numbers: read over qtest from QEMU 7.2 and 11.1 unless a test says otherwise.</summary>
public sealed class RegisterFileTests
{
    [Fact]
    public void Power_on_values()
    {
        var bench = new Bench();
        var expected = new Dictionary<uint, uint>
        {
            [0x00] = 0x10,
            [0x08] = 0x222f0606,
            [0x0c] = 0x80d2008c,
            [0x10] = 0x00f00f4a,
            [0x38] = 0x80000000,
            [0xa0] = 0x80000000,
        };
        for (uint offset = 0; offset < 0x1000; offset += 4)
            Assert.True(expected.GetValueOrDefault(offset) == bench.R4(offset), $"0x{offset:x}: 0x{bench.R4(offset):x8}");
    }

    [Fact]
    public void All_ones_write_changes_exactly_the_writable_bits()
    {
        var bench = new Bench();
        var before = Dump(bench);
        for (uint offset = 0; offset < 0x230; offset += 4)
            if (offset is not (0x18 or 0x2c or 0xfc)) bench.W4(offset, 0xffffffff); // the three that start something
        var after = Dump(bench);
        var changed = new Dictionary<uint, ulong>
        {
            [0x20] = 0xfffffffffffffc00,
            [0x28] = 0xffff,
            [0x38] = 0x0000ffff80000000,
            [0x40] = 0xfffffffc,
            [0x88] = 0x7fff0,
            [0x90] = 0xfffffffffffff807, // QEMU 11.1 hides the base until the queue is on: 0x807, see the test below
            [0xa0] = 0xffffffff80000000,
            [0xa8] = 0xfffffffc,
            [0xb8] = 0xfffffffffffff80f,
        };
        foreach (var (offset, value) in before)
            Assert.True(changed.GetValueOrDefault(offset, value) == after[offset], $"0x{offset:x}: 0x{after[offset]:x16}");
    }

    [Fact]
    public void Queue_base_reads_zero_before_the_queue_is_on_with_quirks()
    {
        var bench = new Bench(new VtdOptions { Quirks = QemuRelease.Qemu11 });
        bench.W4(0x90, 0xffffffff);
        bench.W4(0x94, 0xffffffff);
        Assert.Equal(0x807UL, bench.R8(0x90));
        bench.W8(0x90, 0x11bd000);
        bench.W4(0x18, 0x04000000);
        Assert.Equal(0x11bd000UL, bench.R8(0x90));
    }

    [Theory]
    [InlineData(0x08U, 1)]
    [InlineData(0x08U, 2)]
    [InlineData(0x09U, 4)]
    [InlineData(0x0aU, 4)]
    [InlineData(0x09U, 8)]
    public void Odd_widths_and_misaligned_reads_give_zero(uint offset, int size) => Assert.Equal(0UL, new Bench().Unit.Read(offset, size));

    [Theory]
    [InlineData(0x20U, 1)]
    [InlineData(0x20U, 2)]
    [InlineData(0x21U, 4)]
    [InlineData(0x22U, 8)]
    public void Odd_widths_and_misaligned_writes_vanish(uint offset, int size)
    {
        var bench = new Bench();
        bench.Unit.Write(offset, size, ulong.MaxValue);
        Assert.Equal(0UL, bench.R8(0x20));
    }

    [Fact]
    public void An_8_byte_read_between_two_registers_takes_a_half_of_each()
    {
        // Reserved doubleword at 0x04, low half of CAP.
        Assert.Equal(0x222f060600000000UL, new Bench().R8(0x04));
        Assert.Equal(0x00f00f4a80d2008cUL, new Bench().R8(0x0c));
    }

    [Theory]
    [InlineData(0x38U, 0x00000000U, 0x3cU)] // FECTL; FEDATA stays
    [InlineData(0xa0U, 0x00000000U, 0xa4U)] // IECTL; IEDATA stays
    [InlineData(0x40U, 0xfee01000U, 0x44U)] // FEADDR; FEUADDR is reserved
    [InlineData(0xa8U, 0xfee01000U, 0xacU)] // IEADDR; IEUADDR is reserved
    public void An_8_byte_write_to_a_32_bit_register_drops_its_upper_half(uint offset, uint low, uint neighbour)
    {
        var bench = new Bench();
        bench.W8(offset, 0x1234567800000000UL + low);
        Assert.Equal((low, 0U), (bench.R4(offset), bench.R4(neighbour)));
    }

    [Fact]
    public void An_8_byte_write_between_two_registers_is_two_writes()
    {
        var bench = new Bench();
        bench.W8(0x3c, 0xfee0100c_00004130); // FEDATA, FEADDR
        Assert.Equal((0x4130U, 0xfee0100cU), (bench.R4(0x3c), bench.R4(0x40)));
    }

    [Fact]
    public void Reset_restores_the_power_on_values()
    {
        var bench = new Bench().WithTables().Enabled().WithQueue();
        bench.Write();
        bench.Write(iova: 0x999000);
        bench.W8(0xb8, 0x120000f);
        bench.W4(0x38, 0);
        bench.W4(0x3c, 0x21);
        bench.W4(0xa0, 0);
        bench.Submit(new Vtd.Spec.InvalidationDescriptor(0xf, 0));
        bench.Unit.Reset();
        Assert.Equal(Dump(new Bench()), Dump(bench));
        Assert.Equal(0, bench.Unit.Counters.Entries);
        Assert.Equal(0x10200567UL, bench.Write().Address.Value); // translation is off
    }

    [Fact]
    public void A_unit_without_queue_or_interrupt_remapping_keeps_their_registers_reserved()
    {
        var bench = new Bench(new VtdOptions { QueuedInvalidation = false, InterruptRemapping = false });
        bench.W8(0x90, Bench.Queue);
        bench.W4(0x88, 0x20);
        bench.W8(0xb8, 0x120000f);
        bench.W4(0x18, 0x07000000);
        Assert.Equal((0UL, 0UL, 0UL, 0U), (bench.R8(0x90), bench.R8(0x88), bench.R8(0xb8), bench.R4(0x1c)));
    }

    private static Dictionary<uint, ulong> Dump(Bench bench)
    {
        var words = new Dictionary<uint, ulong>();
        for (uint offset = 0; offset < 0x230; offset += 8) words[offset] = bench.R8(offset);
        return words;
    }
}
