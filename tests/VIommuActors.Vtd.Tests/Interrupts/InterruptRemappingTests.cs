using VIommuActors.Vtd.Faults;
using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Tests.Interrupts;

/// <summary>Interrupt requests against a table of 16 entries at 0x10040000, IRTA.S = 3.</summary>
public sealed class InterruptRemappingTests
{
    private const ulong Table = 0x10040000, Remappable5 = 0xfee000b0;
    private const ulong Good = 0x00000300_00410001; // vector 0x41, APIC 3, fixed, edge

    [Fact]
    public void Without_remapping_a_message_goes_out_as_it_is()
    {
        var remapped = new Bench().Unit.RemapInterrupt(Bench.Device, 0xfee01000, 0x4031);
        Assert.True(remapped.Ok);
        Assert.Equal((0xfee01000UL, 0x4031U), (remapped.Address, remapped.Data));
    }

    [Fact]
    public void A_remappable_request_becomes_what_its_entry_says()
    {
        var bench = Enabled();
        bench.Store(Table + 0x50, Good);
        var remapped = bench.Unit.RemapInterrupt(Bench.Device, Remappable5, 0);
        Assert.Equal((FaultReason.None, 0xfee03000UL, 0x4041U), (remapped.Fault, remapped.Address, remapped.Data));
    }

    // lo = P | RH | DM | level | lowest priority | vector 0x7f | APIC 0x81
    [Fact]
    public void Every_field_of_an_entry_reaches_the_message()
    {
        var bench = Enabled();
        bench.Store(Table + 0x50, 0x00008100_007f003dUL);
        var remapped = bench.Unit.RemapInterrupt(Bench.Device, Remappable5, 0xffff);
        Assert.Equal((0xfee8100cUL, 0xc17fU), (remapped.Address, remapped.Data));
    }

    [Fact]
    public void In_extended_mode_a_destination_has_32_bits()
    {
        var bench = Enabled(extended: true);
        bench.Store(Table + 0x50, 0x00012345_00410001UL);
        Assert.Equal(0x00012300_fee45000UL, bench.Unit.RemapInterrupt(Bench.Device, Remappable5, 0).Address);
    }

    [Theory]
    [InlineData(0xfee00090UL, 1U)] // handle 4, no subhandle: the data does not count
    [InlineData(0xfee00058UL, 3U)] // handle 2 + subhandle 3
    [InlineData(0xfee00018UL, 5U)] // handle 0 + subhandle 5
    public void The_index_is_handle_plus_subhandle(ulong address, uint data)
    {
        var bench = Enabled();
        var index = (address & 8) == 0 ? 4UL : 0x5UL;
        bench.Store(Table + (index * 16), Good);
        Assert.True(bench.Unit.RemapInterrupt(Bench.Device, address, data).Ok);
    }

    [Fact]
    public void Bit_15_of_a_handle_stands_in_bit_2()
    {
        Assert.Equal(0x8000 + 5, new InterruptMessage(Remappable5 | 4, 0).Index);
        Assert.Equal(Remappable5 | 4, InterruptMessage.Remappable(0x8005).Address);
    }

    [Theory]
    [InlineData(Remappable5, 0U, 0UL, 0UL, 0x22, 5UL)]                               // P = 0
    [InlineData(Remappable5, 0U, Good | 0x1000, 0UL, 0x24, 5UL)]                     // bit 12
    [InlineData(Remappable5, 0U, Good | 0x8000, 0UL, 0x24, 5UL)]                     // IM without CAP.PI
    [InlineData(Remappable5, 0U, Good | 0x01000000, 0UL, 0x24, 5UL)]                 // bit 24
    [InlineData(Remappable5, 0U, Good, 0x100000UL, 0x24, 5UL)]                       // hi bit 20
    [InlineData(Remappable5, 0U, Good | 0x00000001_00000000, 0UL, 0x24, 5UL)]        // DST 7:0 without EIME
    [InlineData(Remappable5, 0U, Good, 0x40029UL, 0x26, 5UL)]                        // SVT 1, another function
    [InlineData(Remappable5, 0U, Good, 0x80102UL, 0x26, 5UL)]                        // SVT 2, buses 1 to 2
    [InlineData(Remappable5, 0U, Good, 0xc0028UL, 0x26, 5UL)]                        // SVT 3
    [InlineData(0xfee00210UL, 0U, Good, 0UL, 0x21, 16UL)]                            // index 16 of 16
    [InlineData(0xfee000b8UL, 0x10000U, Good, 0UL, 0x20, 5UL)]                       // data 31:16 with SHV
    [InlineData(0xfee01000UL, 0x31U, Good, 0UL, 0x25, 0UL)]                          // compatibility format, CFI = 0
    public void Faults_are_recorded_with_the_index(ulong address, uint data, ulong low, ulong high, byte reason, ulong index)
    {
        var bench = Enabled();
        bench.Store(Table + 0x50, low);
        bench.Store(Table + 0x58, high);
        Assert.Equal((FaultReason)reason, bench.Unit.RemapInterrupt(Bench.Device, address, data).Fault);
        Assert.Equal((index << 48, 0x80000000_00000028UL | ((ulong)reason << 32)), (bench.R8(0x220), bench.R8(0x228)));
        Assert.Equal((2U, 0xc0000000U), (bench.R4(0x34), bench.R4(0x38)));
    }

    [Theory]
    [InlineData(0x40028UL)] // SVT 1, exactly this one
    [InlineData(0x5002cUL)] // SQ 1: function bit 2 ignored
    [InlineData(0x7002fUL)] // SQ 3: the function ignored
    [InlineData(0x80002UL)] // SVT 2, buses 0 to 2
    public void An_entry_admits_its_requesters(ulong high)
    {
        var bench = Enabled();
        bench.Store(Table + 0x50, Good);
        bench.Store(Table + 0x58, high);
        Assert.True(bench.Unit.RemapInterrupt(Bench.Device, Remappable5, 0).Ok);
    }

    [Fact]
    public void A_table_in_a_hole_is_unreadable()
    {
        var bench = Enabled(table: Bench.Hole);
        Assert.Equal(FaultReason.InterruptTableUnreadable, bench.Unit.RemapInterrupt(Bench.Device, Remappable5, 0).Fault);
    }

    [Fact]
    public void Fpd_hides_what_the_entry_gives_and_nothing_else()
    {
        var bench = Enabled();
        bench.Store(Table + 0x50, 2);
        Assert.Equal(FaultReason.InterruptNotPresent, bench.Unit.RemapInterrupt(Bench.Device, Remappable5, 0).Fault);
        Assert.Equal(0U, bench.R4(0x34));
        Assert.Equal(FaultReason.InterruptIndexTooLarge, bench.Unit.RemapInterrupt(Bench.Device, 0xfee00210, 0).Fault);
        Assert.Equal(2U, bench.R4(0x34));
    }

    [Fact]
    public void Compatibility_requests_pass_with_cfi_unless_the_mode_is_extended()
    {
        var bench = Enabled();
        bench.W4(0x18, 0x02800000);
        Assert.Equal(0x03800000U, bench.R4(0x1c));
        Assert.True(bench.Unit.RemapInterrupt(Bench.Device, 0xfee01000, 0x31).Ok);
        bench = Enabled(extended: true);
        bench.W4(0x18, 0x02800000);
        Assert.Equal(FaultReason.CompatibilityBlocked, bench.Unit.RemapInterrupt(Bench.Device, 0xfee01000, 0x31).Fault);
    }

    [Fact]
    public void The_table_counts_from_the_next_sirtp_on()
    {
        var bench = Enabled();
        bench.Store(Table + 0x50, Good);
        bench.W8(0xb8, Bench.Hole | 3);
        Assert.True(bench.Unit.RemapInterrupt(Bench.Device, Remappable5, 0).Ok);
        bench.W4(0x18, 0x03000000);
        Assert.Equal(FaultReason.InterruptTableUnreadable, bench.Unit.RemapInterrupt(Bench.Device, Remappable5, 0).Fault);
    }

    // What QEMU does differently: nothing is recorded by 7.2, compatibility requests pass, bus ranges stand the other way round.
    [Theory]
    [InlineData(QemuRelease.Qemu7, 0U)]
    [InlineData(QemuRelease.Qemu11, 2U)]
    public void A_refused_request_with_quirks(QemuRelease release, uint status)
    {
        var bench = Enabled(release);
        Assert.Equal(FaultReason.InterruptNotPresent, bench.Unit.RemapInterrupt(Bench.Device, Remappable5, 0).Fault);
        Assert.Equal(status, bench.R4(0x34));
        Assert.True(bench.Unit.RemapInterrupt(Bench.Device, 0xfee01000, 0x31).Ok);
        bench.Store(Table + 0x50, Good | 0x00000001_00000000);
        bench.Store(Table + 0x58, 0x80200); // SID 15:8 is the last bus
        Assert.True(bench.Unit.RemapInterrupt(Bench.Device, Remappable5, 0).Ok);
    }

    private static Bench Enabled(QemuRelease? quirks = null, ulong table = Table, bool extended = false)
    {
        var bench = new Bench(new VtdOptions { Quirks = quirks, ExtendedInterruptMode = extended });
        bench.W8(0xb8, table | 3 | (extended ? 0x800UL : 0));
        bench.W4(0x18, 0x01000000);
        Assert.Equal(0x01000000U, bench.R4(0x1c));
        bench.W4(0x18, 0x02000000);
        Assert.Equal(0x03000000U, bench.R4(0x1c));
        return bench;
    }
}
