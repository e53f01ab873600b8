using CsCheck;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Vtd.Tests.Memory;

public sealed class GuestRamTests
{
    [Fact]
    public void Untouched_ram_reads_zero_and_costs_nothing()
    {
        var ram = new GuestRam(GuestRam.MaxSize);
        Assert.True(ram.TryRead64(new GuestPhysical(0xf_fff0_0008), out var value));
        Assert.Equal(0UL, value);
        Assert.True(ram.TryWrite64(new GuestPhysical(0x8_0000_0000), 0));
        Assert.True(ram.TryWrite(new GuestPhysical(0x123), new byte[9000]));
        Assert.Equal(0, ram.AllocatedPages);
    }

    [Fact]
    public void The_first_non_zero_write_allocates_one_page()
    {
        var ram = new GuestRam(1 << 20);
        Assert.True(ram.TryWrite64(new GuestPhysical(0x5008), 0x1122334455667788));
        Assert.Equal(1, ram.AllocatedPages);
        Assert.Equal(0x1122334455667788UL, ram.Read64(new GuestPhysical(0x5008)));
        Assert.Equal(0UL, ram.Read64(new GuestPhysical(0x5000)));
    }

    [Fact]
    public void Quadwords_are_little_endian_and_doublewords_are_their_halves()
    {
        var ram = new GuestRam(0x2000);
        ram.Write64(new GuestPhysical(0x1000), 0x1122334455667788);
        var bytes = new byte[8];
        Assert.True(ram.TryRead(new GuestPhysical(0x1000), bytes));
        Assert.Equal(new byte[] { 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11 }, bytes);
        Assert.Equal(0x11223344U, ram.Read32(new GuestPhysical(0x1004)));
        ram.Write32(new GuestPhysical(0x1004), 0xaabbccdd);
        Assert.Equal(0xaabbccdd_55667788UL, ram.Read64(new GuestPhysical(0x1000)));
    }

    [Theory]
    [InlineData(0x3000UL)]
    [InlineData(0x2ff9UL)]
    [InlineData(0x1004UL)]
    [InlineData(0xffff_ffff_ffff_fff8UL)]
    [InlineData(0x8000_0000_0000_0000UL)]
    public void Quadwords_beyond_the_end_or_misaligned_are_holes(ulong address)
    {
        var ram = new GuestRam(0x3000);
        Assert.False(ram.TryRead64(new GuestPhysical(address), out _));
        Assert.False(ram.TryWrite64(new GuestPhysical(address), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ram.Read64(new GuestPhysical(address)));
        Assert.Equal(0, ram.AllocatedPages);
    }

    [Fact]
    public void A_span_that_touches_a_hole_is_neither_read_nor_written()
    {
        var ram = new GuestRam(0x2000);
        Assert.False(ram.TryWrite(new GuestPhysical(0x1ffc), new byte[] { 1, 2, 3, 4, 5 }));
        Assert.Equal(0, ram.AllocatedPages);
        Assert.False(ram.TryRead(new GuestPhysical(0xffff_ffff_ffff_ffff), new byte[2]));
        Assert.True(ram.TryWrite(new GuestPhysical(0x1ffb), new byte[] { 1, 2, 3, 4, 5 }));
        Assert.True(ram.TryRead(new GuestPhysical(0x2000), []));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(0x1001UL)]
    [InlineData(GuestRam.MaxSize + 0x1000)]
    public void Sizes_are_whole_pages_up_to_64_gib(ulong bytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GuestRam(bytes));

    [Fact]
    public void Spans_and_quadwords_agree_with_one_flat_array()
    {
        const int size = 0x4000;
        var write = Gen.Select(Gen.Int[0, size + 8], Gen.Byte.Array[0, 5000]);
        write.Array[1, 12].Sample(
            writes =>
            {
                var ram = new GuestRam(size);
                var flat = new byte[size];
                foreach (var (at, data) in writes)
                {
                    var inside = at + data.Length <= size;
                    Assert.Equal(inside, ram.TryWrite(new GuestPhysical((ulong)at), data));
                    if (inside) data.CopyTo(flat, at);
                }

                var all = new byte[size];
                Assert.True(ram.TryRead(new GuestPhysical(0), all));
                Assert.Equal(flat, all);
                for (var at = 0; at < size; at += 8)
                    Assert.Equal(BitConverter.ToUInt64(flat, at), ram.Read64(new GuestPhysical((ulong)at)));
            },
            iter: 30);
    }
}
