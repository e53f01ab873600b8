using CsCheck;
using VIommuActors.Guest.Driver;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Tests.Driver;

public class InvalidationRangeTests
{
    [Theory]
    [InlineData(0x10201000, 0x3000, 2)] // pages 0x10201–0x10203: the block 0x10200–0x10203
    [InlineData(0x10200000, 0x1000, 0)]
    [InlineData(0x10200000, 0x2000, 1)]
    [InlineData(0x10201000, 0x2000, 2)]
    [InlineData(0x10203000, 0x2000, 3)]
    [InlineData(0x10200fff, 0x1, 0)]
    [InlineData(0x10200fff, 0x2, 1)]
    [InlineData(0xffe00000, 0x200000, 9)]
    [InlineData(0x7ffff000, 0x2000, 20)]
    public void The_mask_covers_an_unaligned_range(ulong address, ulong bytes, int mask) =>
        Assert.Equal(mask, InvalidationRange.MaskFor(new Iova(address), bytes));

    [Fact]
    public void The_mask_is_the_smallest_whose_block_holds_first_and_last_byte() =>
        Gen.Select(Gen.ULong[0, 1UL << 32], Gen.ULong[1, 1UL << 24]).Sample((address, bytes) =>
        {
            var naive = 0;
            while (true)
            {
                var size = 4096UL << naive;
                var first = address / size * size;
                if (address + bytes <= first + size) break;
                naive++;
            }
            Assert.Equal(naive, InvalidationRange.MaskFor(new Iova(address), bytes));
        });
}
