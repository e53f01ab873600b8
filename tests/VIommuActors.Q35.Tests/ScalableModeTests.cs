using VIommuActors.Vtd;

namespace VIommuActors.Q35.Tests;

/// <summary>The accesses that QEMU's own tests make to a unit with scalable mode, in their order: iommu-intel-test and intel-iommu-test.</summary>
public sealed class ScalableModeTests
{
    private const ulong Directory = 0x10030000, Pasids = 0x10031000;

    private static VtdOptions Plain => new() { ScalableMode = true, Quirks = QemuRelease.Qemu11 };

    [Theory]
    [InlineData("translate")]
    [InlineData("memcpy")]
    [InlineData("drain")]
    public void Scalable_pass_through(string protocol) => Run(protocol, Plain, 0x101, 0, 0, 0);

    [Theory]
    [InlineData("translate")]
    [InlineData("memcpy")]
    [InlineData("drain")]
    public void Scalable_second_level(string protocol) => Run(protocol, Plain, 0x10010089, 0, 3, 3);

    [Theory]
    [InlineData("translate")]
    [InlineData("memcpy")]
    [InlineData("drain")]
    public void Scalable_first_level(string protocol) => Run(
        protocol, new VtdOptions { ScalableMode = true, FirstLevel = true, Quirks = QemuRelease.Qemu11 }, 0x41, 0x10010000, 0x27, 0x67);

    [Fact]
    public void A_reset_gives_every_register_back()
    {
        var board = new Board(Q35Machine.Create(Board.Options("translate") with
        {
            Unit = new VtdOptions { ScalableMode = true, FirstLevel = true, Quirks = QemuRelease.Qemu11 },
        }));
        Assert.Equal((0x81d2008c222f0606UL, 0x0000880000f00f4aUL), (board.Read64(Board.Unit + 0x08), board.Read64(Board.Unit + 0x10)));
        var before = board.Bytes(Board.Unit, 0x230);
        for (ulong offset = 0; offset < 0x230; offset += 4)
            if (offset is not (0x18 or 0x2c or 0xfc)) board.Write32(Board.Unit + offset, 0xffffffff);
        Assert.NotEqual(before, board.Bytes(Board.Unit, 0x230));
        board.Platform.Reset();
        Assert.Equal(before, board.Bytes(Board.Unit, 0x230));
    }

    private static void Run(string protocol, VtdOptions unit, ulong word0, ulong word2, ulong tableBits, ulong leafBits) =>
        new IommuIntelTest(protocol, unit)
        {
            RootMode = 0x400, TableBits = tableBits, LeafBits = leafBits,
            Contexts =
            [
                (Board.Context + (32 * 0x10), 0x10030001), (Directory, 0x10031001), (Pasids, word0), (Pasids + 16, word2),
            ],
        }.Run();
}
