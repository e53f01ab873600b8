using VIommuActors.Guest.Replay;

namespace VIommuActors.Guest.Tests.Replay;

public class ReplayScriptTests
{
    [Fact]
    public void What_the_unit_fetched_after_a_tail_write_is_what_that_write_submitted()
    {
        var script = new ReplayScript(Replays.Read(
            "0 W 88 4 0\n1 W 90 8 1000\n2 W 88 4 20\n3 Q 11 0\n3 Q 200000025 2004\n3 S 2004 2\n"
            + "4 M 18 fffff000 5003 1 fff\n5 W 88 4 30\n6 Q d2 0\n7 R 1c 4 0\n"));
        Assert.Empty(script.BatchOf(0));
        Assert.Equal([(4, 0x11UL), (5, 0x200000025UL)], script.BatchOf(2).Select(e => (e.Line, e.Low)));
        Assert.Equal([(9, 0xd2UL)], script.BatchOf(7).Select(e => (e.Line, e.Low)));
        Assert.Empty(script.BatchOf(9));
        Assert.Empty(script.BatchOf(99));
    }

    [Fact]
    public void Descriptors_fetched_before_the_first_tail_write_belong_to_none()
    {
        var script = new ReplayScript(Replays.Read("0 Q 11 0\n1 W 88 4 20\n2 Q d2 0\n"));
        Assert.Equal([3], script.BatchOf(1).Select(e => e.Line));
    }

    [Fact]
    public void Devices_are_listed_in_the_order_of_their_first_appearance()
    {
        var script = new ReplayScript(Replays.Read(
            "0 F 30 2 1000 1\n1 C 20 5001 101\n2 M 18 fffff000 5003 1 fff\n"
            + "3 H 20 fffff000 5003 1\n4 P 28 1000\n5 M 18 ffffe000 5003 1 fff\n"));
        Assert.Equal([0x30, 0x20, 0x18, 0x28], script.Sources.Select(source => (int)source.Value));
    }

    [Theory]
    [InlineData("0 M 18 fffff000 5003 1 fff", 0x200000)]
    [InlineData("0 M 18 fffff000 1ff003 1 fff", 0x200000)]
    [InlineData("0 M 18 fffff000 200003 1 fff", 0x400000)]
    [InlineData("0 M 18 ffe00000 200083 1 1fffff", 0x400000)]
    [InlineData("0 M 18 40000000 40000083 1 3fffffff", 0x80000000)]
    [InlineData("0 H 18 ffe01000 600083 1", 0x800000)]
    [InlineData("0 C 18 200001 101", 0x400000)]
    [InlineData("0 W 20 8 200000", 0x400000)]
    [InlineData("0 W 90 8 1ff001", 0x400000)]
    [InlineData("0 W 90 8 1ff000", 0x200000)]
    [InlineData("0 S 1ffffc 2", 0x200000)]
    [InlineData("0 S 200000 2", 0x400000)]
    [InlineData("0 P 18 200000", 0x400000)]
    [InlineData("0 W f0 8 fffff000", 0)]
    public void The_top_lies_above_everything_that_is_named(string line, ulong top) =>
        Assert.Equal(top, new ReplayScript(Replays.Read(line + "\n")).TopAddress);
}
