using System.Text;
using VIommuActors.Guest.Recording;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Tests.Recording;

public class RecordedMemoryTests
{
    [Theory]
    [InlineData("linux-strict.mem.gz", "Root1 Context7 SecondLevel12266 SecondLevel28 SecondLevel35 SecondLevel40 Queue256 InterruptRemapping14")]
    [InlineData("xen-register.mem.gz", "Root1 Context6 SecondLevel16144 SecondLevel2768 SecondLevel3256 SecondLevel40 Queue0 InterruptRemapping0")]
    public void A_real_dump_has_these_rows_of_each_table(string name, string expected)
    {
        using var file = RealFiles.Open(name);
        var memory = RecordedMemory.Read(file, name);
        Assert.Equal(
            expected,
            string.Join(' ', Enum.GetValues<RecordedTable>().Select(t => $"{t}{memory.Rows.Count(r => r.Table == t)}")));
    }

    [Fact]
    public void Bytes_are_in_the_order_of_memory() =>
        Assert.Equal(
            new RecordedRow(RecordedTable.Queue, new GuestPhysical(0x11bd010), 0x0000000200000025, 0x00000000011c6804),
            Assert.Single(Read("queue 11bd010 250000000200000004681c0100000000\n").Rows));

    [Fact]
    public void Every_table_has_a_word() =>
        Assert.Equal(
            Enum.GetValues<RecordedTable>(),
            Read(string.Concat("root context sl1 sl2 sl3 sl4 queue irt".Split(' ').Select(w => $"{w} 0 {new string('1', 32)}\n")))
                .Rows.Select(r => r.Table));

    [Theory]
    [InlineData("sl5 0 00000000000000000000000000000001", "found \"sl5\" for the kind; root, context, sl1 to sl4, queue and irt are accepted")]
    [InlineData("root", "t.mem:2: the address is missing")]
    [InlineData("root 10", "t.mem:2: the row of bytes is missing")]
    [InlineData("root 18 00000000000000000000000000000001", "found the address 18; multiples of 16")]
    [InlineData("root 0x10 00000000000000000000000000000001", "found \"0x10\" for the address")]
    [InlineData("root 10 0000000000000000000000000000001", "32 hexadecimal digits are accepted")]
    [InlineData("root 10 0000000000000000000000000000000001", "32 hexadecimal digits are accepted")]
    [InlineData("root 10 0000000000000000000000000000000g", "32 hexadecimal digits are accepted")]
    [InlineData("root 10 00000000000000000000000000000001 1", "found \"1\" after the last field")]
    public void A_broken_row_is_refused_with_its_line(string row, string problem)
    {
        var e = Assert.Throws<RecordedTraceException>(() => Read($"root 0 {new string('1', 32)}\n{row}\n"));
        Assert.Equal(2, e.Line);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_is_no_dump() => Assert.Throws<RecordedTraceException>(() => Read("0 R 8 8 d2008c22260206\n"));

    [Fact]
    public void The_bound_on_lines_holds_here_too()
    {
        var text = $"root 0 {new string('1', 32)}\n";
        Assert.Throws<RecordedTraceException>(() => RecordedMemory.Read(new MemoryStream(Encoding.UTF8.GetBytes(text + text)), "m", maxLines: 1));
    }

    private static RecordedMemory Read(string text) => RecordedMemory.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.mem");
}
