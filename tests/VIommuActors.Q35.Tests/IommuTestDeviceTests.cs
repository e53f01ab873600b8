namespace VIommuActors.Q35.Tests;

/// <summary>iommu-testdev, and the accesses of QEMU's own IOMMU test.</summary>
public sealed class IommuTestDeviceTests
{
    /// <summary>The table of accesses of iommu-intel-test, in its order.</summary>
    [Theory]
    [InlineData("translate")]
    [InlineData("memcpy")]
    [InlineData("drain")]
    public void Legacy_translated(string protocol) => Run(protocol, 0x10010001, 3);

    [Theory]
    [InlineData("translate")]
    [InlineData("memcpy")]
    [InlineData("drain")]
    public void Legacy_pass_through(string protocol) => Run(protocol, 0x9, 0);

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

    private static void Run(string protocol, ulong context, ulong bits) =>
        new IommuIntelTest(protocol, Board.Options(protocol).Unit!)
        {
            TableBits = bits, LeafBits = bits,
            Contexts = [(Board.Context + (16 * 0x10), context), (Board.Context + (16 * 0x10) + 8, 2)],
        }.Run();
}
