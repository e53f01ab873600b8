using System.Diagnostics;
using VIommuActors.Vtd;

namespace VIommuActors.Q35.Tests;

/// <summary>RAM, holes, widths, clock, pins, reset.</summary>
public sealed class PlatformTests
{
    [Fact]
    public void The_unit_answers_dwords_and_quadwords()
    {
        var board = Board.With();
        Assert.Equal(0x10u, board.Read32(Board.Unit));
        Assert.Equal(0ul, board.Platform.Read(Board.Unit, 1));
        Assert.Equal(0ul, board.Platform.Read(Board.Unit, 2));
        Assert.Equal(0ul, board.Platform.Read(Board.Unit + 1, 4));
        var cap = board.Read64(Board.Unit + 8);
        Assert.NotEqual(0ul, cap);
        Assert.Equal(cap << 32, board.Read64(Board.Unit + 4));
        Assert.Equal(BitConverter.GetBytes(cap), board.Bytes(Board.Unit + 8, 8));
        Assert.Equal(0ul, board.Read64(Board.Unit + 0x1000));
    }

    [Fact]
    public void Without_a_unit_dma_is_not_translated_and_its_page_is_a_hole()
    {
        var board = new Board(Q35Machine.Create(Board.Options("drain", "iommu-testdev") with { Unit = null }));
        Assert.Equal(0u, board.Read32(Board.Unit));
        var dev = board.Enable(0, 1);
        board.Write32(dev + 4, 0x5000);
        board.Write32(dev + 0x1c, 0x5000);
        board.Write32(dev + 0x0c, 8);
        board.Write32(dev + 0x14, 1);
        board.Read32(dev);
        Assert.Equal(0u, board.Read32(dev + 0x10));
        Assert.Equal(0x1234567812345678ul, board.Read64(0x5000));
    }

    [Fact]
    public void Ram_takes_any_width_and_ends_where_it_ends()
    {
        var board = Board.With();
        board.Write64(0x101, 0x0807060504030201);
        Assert.Equal(0x04030201u, board.Read32(0x101));
        Assert.Equal(0x0201ul, board.Platform.Read(0x101, 2));
        board.Write64(0x1ffffffc, ulong.MaxValue);
        Assert.Equal(0x00000000fffffffful, board.Read64(0x1ffffffc));
        Assert.Equal(0u, board.Read32(0x20000000));
        board.Write32(0xc0000, 1);
        Assert.Equal(0u, board.Read32(0xc0000));
        board.Write64(0x9fffc, ulong.MaxValue);
        Assert.Equal(0xfffffffful, board.Read64(0x9fffc));
        board.Write32(0x100000, 5);
        Assert.Equal(5u, board.Read32(0x100000));
        Assert.Equal(0u, board.Read32(ulong.MaxValue - 1));
    }

    [Theory]
    [InlineData(0xafffffffUL & ~0xfffUL, 0xafffe000UL, 0x100000000UL)]
    [InlineData(0xb0000000UL, 0x7ffff000UL, 0x80000000UL)]
    [InlineData(0x140000000UL, 0x7ffff000UL, 0x80000000UL)]
    public void Ram_that_does_not_fit_below_4_gib_goes_on_above(ulong size, ulong lastBelow, ulong hole)
    {
        var board = new Board(Q35Machine.Create(Board.Options("translate") with { RamBytes = size }));
        Check(board, lastBelow, true);
        Check(board, hole, false);
        if (hole > uint.MaxValue) return;
        Check(board, 0x100000000, true);
        Check(board, 0x100000000 + size - 0x80000000 - 8, true);
        Check(board, 0x100000000 + size - 0x80000000, false);

        static void Check(Board board, ulong address, bool isRam)
        {
            board.Write64(address, 0x1122334455667788);
            Assert.Equal(isRam ? 0x1122334455667788ul : 0, board.Read64(address));
        }
    }

    [Fact]
    public void The_clock_stands_still_but_for_its_steps()
    {
        var board = Board.With();
        Assert.Equal(0, board.Platform.NowNs);
        Assert.False(board.Platform.TryStep());
        board.Platform.Advance(5);
        board.Platform.Advance(0);
        board.Read32(Board.Unit);
        Assert.Equal(5, board.Platform.NowNs);
    }

    [Fact]
    public void Pins_are_told_when_they_change()
    {
        var platform = Board.With("edu,id=e").Platform;
        var seen = new List<(int, bool)>();
        platform.PinChanged += (pin, level) => seen.Add((pin, level));
        Assert.True(platform.TrySetPin("ioapic", "unnamed-gpio-in", 5, true));
        Assert.Empty(seen);
        Assert.Equal(Interception.Installed, platform.Intercept("ioapic", inputs: true, null));
        Assert.Equal(Interception.Installed, platform.Intercept("/machine/q35/ioapic", inputs: true, null));
        Assert.True(platform.TrySetPin("ioapic", "unnamed-gpio-in", 5, true));
        Assert.True(platform.TrySetPin("ioapic", "unnamed-gpio-in", 5, true));
        Assert.True(platform.TrySetPin("ioapic", "unnamed-gpio-in", 5, false));
        Assert.False(platform.TrySetPin("ioapic", "unnamed-gpio-in", 24, true));
        Assert.False(platform.TrySetPin("ioapic", "other", 5, true));
        Assert.Equal([(5, true), (5, false)], seen);
    }

    [Fact]
    public void One_device_is_intercepted_at_a_time()
    {
        var platform = Board.With("edu,id=e").Platform;
        Assert.Equal(Interception.UnknownDevice, platform.Intercept("foo", inputs: true, null));
        Assert.Equal(Interception.NamedInput, platform.Intercept("ioapic", inputs: true, "a"));
        Assert.Equal(Interception.Installed, platform.Intercept("/machine/peripheral/e", inputs: true, null));
        Assert.Equal(Interception.Installed, platform.Intercept("e", inputs: false, null));
        Assert.Equal(Interception.OtherDevice, platform.Intercept("ioapic", inputs: true, null));
        var newer = Q35Machine.Create(Board.Options("translate", "edu,id=e") with { Release = QemuRelease.Qemu11 });
        Assert.Equal(Interception.NoPins, newer.Intercept("e", inputs: true, null));
        Assert.Equal(Interception.NoPins, newer.Intercept("ioapic", inputs: false, null));
        Assert.Equal(Interception.Installed, newer.Intercept("ioapic", inputs: true, null));
    }

    [Fact]
    public void The_io_apic_keeps_its_entries()
    {
        var board = Board.With();
        Assert.Equal(0x00170020u, Entry(1));
        Assert.Equal(0x00010000u, Entry(0x10));
        Assert.Equal(0x00010000u, Entry(0x3e));
        Assert.Equal(0u, Entry(0x40));
        board.Write32(0xfec00010, 1);
        board.Write32(0xfec00000, 0x11);
        board.Write32(0xfec00010, 0xffffffff);
        board.Write32(0xfec00000, 0x10);
        board.Write32(0xfec00010, 0xffffffff);
        Assert.Equal(0xffffafffu, Entry(0x10));
        Assert.Equal(0xffffffffu, Entry(0x11));
        board.Write32(0xfec00000, 0);
        board.Write32(0xfec00010, 0xffffffff);
        Assert.Equal(0x0f000000u, Entry(0));
        Assert.Equal(0x0f000000u, Entry(2));

        uint Entry(uint select)
        {
            board.Write32(0xfec00000, select);
            return board.Read32(0xfec00010);
        }
    }

    [Fact]
    public void Reset_leaves_ram_and_time_and_the_registers_of_edu()
    {
        var board = Board.With("edu", "iommu-testdev");
        var edu = board.Enable(0, 1);
        var dev = board.Enable(0, 2);
        var before = Board.With().Bytes(Board.Unit, 0x230);
        board.Write32(edu + 4, 1);
        board.Write32(edu + 0x60, 4);
        board.Write64(edu + 0x98, 1);
        board.Write32(dev + 4, 5);
        board.Write32(0x5000, 0xabcd);
        board.Translate();
        board.Platform.Advance(7);
        board.Platform.Reset();
        Assert.Equal(before, board.Bytes(Board.Unit, 0x230));
        Assert.Equal(7, board.Platform.NowNs);
        Assert.Equal(0xabcdu, board.Read32(0x5000));
        Assert.Equal(0x00100000u, board.Config(0, 1, 4));
        Assert.Equal(0u, board.Config(0, 1, 0x10));
        Assert.Equal(edu, board.Enable(0, 1) - 0x200000);
        Assert.Equal(0xfffffffeu, board.Read32(edu + 0x200004));
        Assert.Equal(4u, board.Read32(edu + 0x200024));
        Assert.Equal(1u, board.Read64(edu + 0x200098));
        board.Platform.Advance(99_999_993);
        Assert.Equal(0u, board.Read64(edu + 0x200098));
        board.SetConfig(0, 2, 0x10, (uint)dev, 4);
        board.SetConfig(0, 2, 4, 2, 2);
        Assert.Equal(0u, board.Read32(dev + 4));
    }

    /// <summary>Far below what is measured, so that only a blunder fails: the endpoint has to give 20,000 a second.</summary>
    [Fact]
    public void A_register_read_costs_microseconds()
    {
        var board = Board.With("edu");
        for (var i = 0; i < 20_000; i++) board.Read32(Board.Unit + 0x1c);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 50_000; i++) board.Read32(Board.Unit + 0x1c);
        var rate = 50_000 / watch.Elapsed.TotalSeconds;
        Assert.True(rate > 40_000, $"{rate:0} a second");
    }
}
