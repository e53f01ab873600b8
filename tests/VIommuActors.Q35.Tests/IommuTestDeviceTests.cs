namespace VIommuActors.Q35.Tests;

/// <summary>iommu-testdev, and the accesses of QEMU's own IOMMU test.</summary>
public sealed class IommuTestDeviceTests
{
    private const ulong Iova = 0x10200567, Leaf = 0x10100000;

    /// <summary>The table of accesses of iommu-intel-test, in its order.</summary>
    [Theory]
    [InlineData("translate")]
    [InlineData("memcpy")]
    [InlineData("drain")]
    public void Legacy_translated(string protocol) => Run(protocol, 0x10010001, translated: true);

    [Theory]
    [InlineData("translate")]
    [InlineData("memcpy")]
    [InlineData("drain")]
    public void Legacy_pass_through(string protocol) => Run(protocol, 0x9, translated: false);

    [Fact]
    public void Results_of_what_cannot_be_done()
    {
        var board = Board.With("iommu-testdev");
        var dev = board.Enable(0, 1, command: 2);
        Assert.Equal(0xffffffffu, board.Read32(dev + 0x10));
        Assert.Equal(2u, board.Read32(dev + 0x18));
        Assert.Equal(0u, board.Read32(dev));
        Assert.Equal(0xdead0005u, board.Read32(dev + 0x10));
        board.Write32(dev + 0x14, 1);
        Assert.Equal(0xfffffffeu, board.Read32(dev + 0x10));
        board.Write32(dev + 0x14, 2);
        Assert.Equal(0xffffffffu, board.Read32(dev + 0x10));
        Assert.Equal(0xdead0001u, Trigger(board, dev, 0x1000, 0x1000, 0, 0));
        Assert.Equal(0xdead0006u, Trigger(board, dev, 0x1000, 0x1000, 4, 0x8));
        Assert.Equal(0xdead0006u, Trigger(board, dev, 0x1000, 0x1000, 4, 0xb));
        Assert.Equal(0u, Trigger(board, dev, 0x1000, 0x1000, 4, 0x9));
        Assert.Equal(0u, Trigger(board, dev, 0x1000, 0x1000, 4, 0xc));
        Assert.Equal(0xdead0004u, Trigger(board, dev, 0x1000, 0x2000, 4, 0));
        Assert.Equal(0xdead0003u, Trigger(board, dev, 0x1000, 0x90000000, 4, 0));
        Assert.Equal(0xdead0002u, Trigger(board, dev, 0x90000000, 0x1000, 4, 0));
        Assert.Equal(0u, Trigger(board, dev, 0x1ffd, 0x1ffd, 0x3007, 0));
        Assert.Equal([0x78, 0x56, 0x34, 0x12, 0x78], board.Bytes(0x1ffd, 5));
        Assert.Equal([0x34, 0], board.Bytes(0x1ffd + 0x3006, 2));
    }

    private static uint Trigger(Board board, ulong dev, uint address, uint physical, uint length, uint attributes)
    {
        board.Write32(dev + 0x04, address);
        board.Write32(dev + 0x1c, physical);
        board.Write32(dev + 0x0c, length);
        board.Write32(dev + 0x18, attributes);
        board.Write32(dev + 0x14, 1);
        Assert.Equal(0u, board.Read32(dev));
        return board.Read32(dev + 0x10);
    }

    private static void Run(string protocol, ulong context, bool translated)
    {
        var board = new Board(Q35Machine.Create(Board.Options(protocol, "iommu-testdev") with { Vga = true }));
        var platform = board.Platform;
        Assert.Equal(0x00051b36u, board.Config(0, 2, 0));
        board.SetConfig(0, 2, 4, board.Config(0, 2, 4, 2) | 7, 2);
        Assert.Equal(7u, board.Config(0, 2, 4, 2));
        board.SetConfig(0, 2, 0x10, 0xffffffff, 4);
        Assert.Equal(0xfffff000u, board.Config(0, 2, 0x10));
        board.SetConfig(0, 2, 0x10, 0xe0000000, 4);
        var expected = translated ? Leaf | (Iova & 0xfff) : Iova;
        platform.WriteBytes(expected, new byte[4]);
        platform.WriteBytes(Board.Root, new byte[0x1000]);
        platform.WriteBytes(0x10010000, new byte[0x4000]);
        platform.WriteBytes(Board.Context, new byte[0x1000]);
        if (translated)
        {
            board.Write64(0x10010000, 0x10011003);
            board.Write64(0x10011000, 0x10012003);
            board.Write64(0x10012000 + (0x81 * 8), 0x10013003);
            board.Write64(0x10013000, 0x10100003);
        }
        board.Write64(Board.Root, 0x10001001);
        board.Write64(Board.Root + 8, 0);
        board.Write64(Board.Context + (16 * 0x10), context);
        board.Write64(Board.Context + (16 * 0x10) + 8, 2);
        board.Write64(Board.Unit + 0x20, Board.Root);
        board.Write32(Board.Unit + 0x18, 0x40000000);
        Assert.Equal(0x40000000u, board.Read32(Board.Unit + 0x1c));
        board.Write64(Board.Unit + 0x90, 0x10020000);
        board.Write64(Board.Unit + 0x80, 0);
        board.Write64(Board.Unit + 0x88, 0);
        board.Write32(Board.Unit + 0x18, 0x44000000);
        Assert.Equal(0x44000000u, board.Read32(Board.Unit + 0x1c));
        board.Write32(Board.Unit + 0x38, 0);
        board.Write32(Board.Unit + 0x3c, 0);
        board.Write32(Board.Unit + 0x40, 0xfee00000);
        board.Write32(Board.Unit + 0x18, 0xc4000000);
        Assert.Equal(0xc4000000u, board.Read32(Board.Unit + 0x1c));
        (ulong Offset, uint Value)[] writes =
        [
            (0x04, (uint)Iova), (0x08, 0), (0x1c, (uint)expected), (0x20, 0), (0x0c, 4), (0x18, 0), (0x14, 1),
        ];
        foreach (var (offset, value) in writes) platform.WriteBytes(0xe0000000 + offset, BitConverter.GetBytes(value));
        Assert.Equal([0, 0, 0, 0], board.Bytes(0xe0000000, 4));
        Assert.Equal([0, 0, 0, 0], board.Bytes(0xe0000010, 4));
        Assert.Equal([0x78, 0x56, 0x34, 0x12], board.Bytes(expected, 4));
        Assert.Equal(0u, board.Read32(Board.Unit + Board.Fsts));
    }
}
