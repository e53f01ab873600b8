using VIommuActors.Vtd;

namespace VIommuActors.Q35.Tests;

/// <summary>The accesses of QEMU's own iommu-intel-test, in its order: one DMA of iommu-testdev at 00:02.0 in one of five modes.</summary>
internal sealed class IommuIntelTest(string protocol, VtdOptions unit)
{
    private const ulong Iova = 0x10200567, Leaf = 0x10100000, Tables = 0x10010000, Directory = 0x10030000, Bar = 0xe0000000;

    /// <summary>TTM as RTADDR takes it.</summary>
    public ulong RootMode { get; init; }

    /// <summary>Bits of entries that point to tables; 0 for pass-through, which has no tables.</summary>
    public ulong TableBits { get; init; }

    /// <summary>Bits of the leaf.</summary>
    public ulong LeafBits { get; init; }

    /// <summary>What stands in the context table and behind it, up to the paging tables.</summary>
    public required IReadOnlyList<(ulong Address, ulong Value)> Contexts { get; init; }

    /// <summary>Makes the accesses and checks every answer.</summary>
    public void Run()
    {
        var board = new Board(Q35Machine.Create(Board.Options(protocol, "iommu-testdev") with { Vga = true, Unit = unit }));
        var platform = board.Platform;
        Assert.Equal(0x00051b36u, board.Config(0, 2, 0));
        board.SetConfig(0, 2, 4, board.Config(0, 2, 4, 2) | 7, 2);
        Assert.Equal(7u, board.Config(0, 2, 4, 2));
        board.SetConfig(0, 2, 0x10, 0xffffffff, 4);
        Assert.Equal(0xfffff000u, board.Config(0, 2, 0x10));
        board.SetConfig(0, 2, 0x10, (uint)Bar, 4);
        var expected = TableBits != 0 ? Leaf | (Iova & 0xfff) : Iova;
        platform.WriteBytes(expected, new byte[4]);
        platform.WriteBytes(Board.Root, new byte[0x1000]);
        platform.WriteBytes(Tables, new byte[0x4000]);
        platform.WriteBytes(Board.Context, new byte[0x2000]);
        platform.WriteBytes(Directory, new byte[0x2000]);
        if (TableBits != 0)
        {
            board.Write64(Tables, 0x10011000 | TableBits);
            board.Write64(Tables + 0x1000, 0x10012000 | TableBits);
            board.Write64(Tables + 0x2408, 0x10013000 | TableBits);
            board.Write64(Tables + 0x3000, Leaf | LeafBits);
        }

        board.Write64(Board.Root, 0x10001001);
        board.Write64(Board.Root + 8, 0);
        foreach (var (address, value) in Contexts) board.Write64(address, value);
        board.Write64(Board.Unit + 0x20, Board.Root | RootMode);
        Command(board, 0x40000000);
        board.Write64(Board.Unit + 0x90, 0x10020000);
        board.Write64(Board.Unit + 0x80, 0);
        board.Write64(Board.Unit + 0x88, 0);
        Command(board, 0x44000000);
        board.Write32(Board.Unit + 0x38, 0);
        board.Write32(Board.Unit + 0x3c, 0);
        board.Write32(Board.Unit + 0x40, 0xfee00000);
        Command(board, 0xc4000000);
        (ulong Offset, uint Value)[] writes =
        [
            (0x04, (uint)Iova), (0x08, 0), (0x1c, (uint)expected), (0x20, 0), (0x0c, 4), (0x18, 0), (0x14, 1),
        ];
        foreach (var (offset, value) in writes) platform.WriteBytes(Bar + offset, BitConverter.GetBytes(value));
        Assert.Equal([0, 0, 0, 0], board.Bytes(Bar, 4));
        Assert.Equal([0, 0, 0, 0], board.Bytes(Bar + 0x10, 4));
        Assert.Equal([0x78, 0x56, 0x34, 0x12], board.Bytes(expected, 4));
        Assert.Equal(0u, board.Read32(Board.Unit + Board.Fsts));
    }

    /// <summary>The status of a command shows at the next read.</summary>
    private static void Command(Board board, uint command)
    {
        board.Write32(Board.Unit + 0x18, command);
        Assert.Equal(command, board.Read32(Board.Unit + 0x1c));
    }
}
