using VIommuActors.Vtd;

namespace VIommuActors.Q35.Tests;

/// <summary>Interrupt requests of edu (MSI) and of the I/O APIC on their way through the unit's remapping table.</summary>
public sealed class InterruptTests
{
    private const ulong Table = 0x10040000, Good = 0x00000300_00410001;
    private const ushort Edu = 0x0008;

    [Theory]
    [InlineData(Good, 0UL, 0UL)]                                  // goes out
    [InlineData(0UL, 0UL, 0x80000022_00000008UL)]                 // P = 0
    [InlineData(Good | 0x1000, 0UL, 0x80000024_00000008UL)]       // reserved bit
    [InlineData(Good, 0x40010UL, 0x80000026_00000008UL)]          // SVT 1: SID 00:02.0
    [InlineData(Good, 0x40008UL, 0UL)]                            // SVT 1: SID 00:01.0, edu's own
    public void A_message_of_edu_is_checked_against_its_entry(ulong low, ulong high, ulong record)
    {
        var (board, edu) = Remapping(QemuRelease.Qemu11);
        board.Write64(Table + 0x50, low);
        board.Write64(Table + 0x58, high);
        board.Write32(edu + 0x60, 1);
        Assert.Equal(record, board.Read64(Board.Unit + Board.Frcd + 8));
        Assert.Equal(record == 0 ? (0UL, 0U) : (5UL << 48, 2U), (board.Read64(Board.Unit + Board.Frcd), board.Read32(Board.Unit + Board.Fsts)));
    }

    // Every fault of a message stays unknown to the guest of a 7.2.
    [Fact]
    public void Nothing_is_recorded_by_seven()
    {
        var (board, edu) = Remapping(QemuRelease.Qemu7);
        board.Write32(edu + 0x60, 1);
        Assert.Equal((0U, 0UL), (board.Read32(Board.Unit + Board.Fsts), board.Read64(Board.Unit + Board.Frcd + 8)));
    }

    [Fact]
    public void A_compatibility_message_is_blocked_by_the_specification_only()
    {
        foreach (var quirks in new QemuRelease?[] { null, QemuRelease.Qemu11 })
        {
            var (board, edu) = Remapping(quirks);
            board.SetConfig(0, 1, 0x44, 0xfee01000, 4);
            board.Write32(edu + 0x60, 1);
            Assert.Equal(quirks is null ? 0x80000025_00000008UL : 0, board.Read64(Board.Unit + Board.Frcd + 8));
        }
    }

    // The I/O APIC requests as ff:00.0 with the format bit and the handle in its redirection entry (VT-d specification §5.1.5.1).
    [Fact]
    public void The_io_apic_has_a_requester_id_of_its_own()
    {
        var (board, _) = Remapping(QemuRelease.Qemu11);
        board.SetConfig(0, 1, 0x42, 0x80, 2); // MSI off: INTx of 00:01.0 is input 21
        board.Write32(0xfec00000, 0x10 + (2 * 21) + 1);
        board.Write32(0xfec00010, (5U << 17) | 0x10000); // handle 5, remappable
        board.Write32(0xfec00000, 0x10 + (2 * 21));
        board.Write32(0xfec00010, 0x8041); // level, unmasked
        board.Write32(Board.FirstBar + 0x60, 1);
        Assert.Equal((5UL << 48, 0x80000022_0000ff00UL), (board.Read64(Board.Unit + Board.Frcd), board.Read64(Board.Unit + Board.Frcd + 8)));
    }

    /// <summary>Remapping on, 16 empty entries; edu at 00:01.0 with an MSI for handle 5.</summary>
    private static (Board Board, ulong Edu) Remapping(QemuRelease? quirks)
    {
        var options = Board.Options("translate", "edu");
        var board = new Board(Q35Machine.Create(options with { Unit = options.Unit! with { Quirks = quirks } }));
        var edu = board.Enable(Edu >> 8, Edu >> 3);
        board.SetConfig(0, 1, 0x44, 0xfee000b0, 4);
        board.SetConfig(0, 1, 0x48, 0, 4);
        board.SetConfig(0, 1, 0x4c, 0, 2);
        board.SetConfig(0, 1, 0x42, 0x81, 2);
        board.Write64(Board.Unit + 0xb8, Table | 3);
        board.Write32(Board.Unit + Board.Gcmd, 0x01000000);
        board.Write32(Board.Unit + Board.Gcmd, 0x02000000);
        Assert.Equal(0x03000000U, board.Read32(Board.Unit + Board.Gsts));
        return (board, edu);
    }
}
