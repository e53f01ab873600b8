using VIommuActors.Xen.Events;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Xen.Tests.IoRequests;

public class IoreqTests
{
    /// <summary>A guest that flushes domain 5 globally stores the IVT qword to the IOTLB register of the unit at 0xfed90000.</summary>
    private static readonly Ioreq IvtWrite = Ioreq.MmioWrite(0xfed900f8, 0x9003000500000000, 8) with
    {
        Port = new EventPort(0x11223344),
        State = IoreqState.Ready,
    };

    [Fact]
    public void The_ivt_write_has_the_bytes_that_xen_would_put_into_the_slot()
    {
        var bytes = new byte[32];
        IvtWrite.Encode(bytes);
        Assert.Equal(
            "F800D9FE00000000" + "0000000005000390" + "01000000" + "08000000" + "44332211" + "0000" + "01" + "01",
            Convert.ToHexString(bytes));
    }

    [Fact]
    public void Decoding_the_bytes_gives_the_request_back() =>
        Assert.Equal(IvtWrite, Ioreq.Decode(Convert.FromHexString("F800D9FE00000000000000000500039001000000080000004433221100000101")));

    [Theory]
    [InlineData(IoreqState.Ready, false, false, false, 0x01)]
    [InlineData(IoreqState.Ready, false, true, false, 0x21)]
    [InlineData(IoreqState.InProcess, false, false, false, 0x02)]
    [InlineData(IoreqState.ResponseReady, false, false, false, 0x03)]
    [InlineData(IoreqState.None, true, false, false, 0x10)]
    [InlineData(IoreqState.None, false, false, true, 0x40)]
    [InlineData((IoreqState)0xf, true, true, true, 0x7f)]
    public void Byte_30_holds_state_pointer_direction_and_descent(
        IoreqState state, bool pointer, bool read, bool descends, byte expected)
    {
        var bytes = new byte[32];
        (IvtWrite with { State = state, DataIsPointer = pointer, IsRead = read, Descends = descends }).Encode(bytes);
        Assert.Equal(expected, bytes[30]);
        var back = Ioreq.Decode(bytes);
        Assert.Equal((state, pointer, read, descends), (back.State, back.DataIsPointer, back.IsRead, back.Descends));
    }

    [Fact]
    public void Padding_is_ignored_when_read()
    {
        var bytes = new byte[32];
        IvtWrite.Encode(bytes);
        (bytes[28], bytes[29], bytes[30]) = (0xff, 0xff, (byte)(bytes[30] | 0x80));
        Assert.Equal(IvtWrite, Ioreq.Decode(bytes));
    }

    [Fact]
    public void Unknown_types_are_kept_as_found()
    {
        var bytes = new byte[32];
        bytes[31] = 0xee;
        Assert.Equal((IoreqType)0xee, Ioreq.Decode(bytes).Type);
    }

    [Fact]
    public void Thirty_one_bytes_are_no_request()
    {
        Assert.Throws<ArgumentException>(() => Ioreq.Decode(new byte[31]));
        Assert.Throws<ArgumentException>(() => IvtWrite.Encode(new byte[31]));
    }

    [Fact]
    public void A_state_of_more_than_four_bits_cannot_be_encoded() =>
        Assert.Throws<ArgumentException>(() => (IvtWrite with { State = (IoreqState)16 }).Encode(new byte[32]));

    [Theory]
    [InlineData(IoreqType.Copy, false, 0x1000, 0x100f, 0x1008)]
    [InlineData(IoreqType.Copy, true, 0xff4, 0x1003, 0xff8)]
    [InlineData(IoreqType.Pio, false, 0x1000, 0x1003, 0x1000)]
    [InlineData(IoreqType.Pio, true, 0x1000, 0x1003, 0x1000)]
    public void Four_doublewords_cover_the_bytes_that_their_direction_says(
        IoreqType type, bool descends, ulong first, ulong last, ulong third)
    {
        var request = Ioreq.MmioWrite(0x1000, 0, 4) with { Count = 4, Type = type, Descends = descends };
        Assert.Equal((first, last, third), (request.FirstByte, request.LastByte, request.AddressOf(2)));
    }

    [Theory]
    [InlineData(IoreqType.Copy, false, false, true)]
    [InlineData(IoreqType.Copy, true, false, true)]
    [InlineData(IoreqType.Copy, true, true, false)]
    [InlineData(IoreqType.Pio, true, false, true)]
    [InlineData(IoreqType.Pio, false, false, false)]
    public void Mmio_both_ways_and_port_reads_complete_by_emulating_again(IoreqType type, bool read, bool pointer, bool needed) =>
        Assert.Equal(needed, (Ioreq.MmioRead(0x60, 1) with { Type = type, IsRead = read, DataIsPointer = pointer }).NeedsCompletion);
}
