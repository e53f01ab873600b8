using CsCheck;
using VIommuActors.Trace;

namespace VIommuActors.Trace.Tests;

public class TraceReaderTests
{
    private const string Event =
        """{"step":3,"t_ns":1500,"to":"a","from":null,"kind":"mmio","msg":"M","cause":null,"enabled":2,"chosen":0,"args":{}}""";

    private const string Note = """{"note":"violation","step":9,"t_ns":2400,"by":"oracle","args":{}}""";

    [Fact]
    public void What_was_written_is_read_back()
    {
        var reader = new TraceReader(
            new MemoryStream(Samples.Write(w =>
            {
                w.Event(Samples.Step);
                w.Note(9, 2400, "oracle", new Samples.Remark("violation", "stale-write", true, -5));
                w.Event(Samples.Step with { From = null, Cause = null });
            })),
            "t.jsonl");

        Assert.Equal(Samples.Header, reader.Header);
        var lines = reader.ReadToEnd();
        Assert.Equal(3, lines.Count);

        var first = Assert.IsType<TraceEvent>(lines[0]);
        Assert.Equal(
            (2, 3L, 1500L, "viommu-1", "vcpu-1", "mmio", "MmioWrite", 1L, 2, 0),
            (first.Line, first.Step, first.TimeNs, first.To, first.From, first.Kind, first.Message, first.Cause, first.Enabled, first.Chosen));
        Assert.Equal(
            [
                new TraceArgument("addr", TraceValueKind.Hex, 0xfed900f8, null),
                new TraceArgument("value", TraceValueKind.Hex, 0x9003000500000000, null),
                new TraceArgument("size", TraceValueKind.Number, 8, null),
            ],
            first.Args.AsEnumerable());

        var note = Assert.IsType<TraceNote>(lines[1]);
        Assert.Equal((3, 9L, 2400L, "violation", "oracle"), (note.Line, note.Step, note.TimeNs, note.Name, note.By));
        Assert.Equal(["text=stale-write", "flag=true", "number=-5"], note.Args.Select(a => a.ToString()));

        var last = Assert.IsType<TraceEvent>(lines[2]);
        Assert.Null(last.From);
        Assert.Null(last.Cause);
        Assert.Null(reader.Read());
    }

    [Fact]
    public void Any_value_and_any_text_survives_the_round_trip() =>
        Gen.Select(Gen.ULong, Gen.Int[0, int.MaxValue], Gen.String).Sample(
            (value, size, text) =>
            {
                var lines = new TraceReader(
                    new MemoryStream(Samples.Write(w =>
                    {
                        w.Event(Samples.Step with { Message = new Samples.MmioWrite(value, ~value, size) });
                        w.Note(0, 0, "oracle", new Samples.Remark("note", "_" + text, false, size));
                    })),
                    "t.jsonl").ReadToEnd();
                Assert.Equal([value, ~value, (ulong)size], lines[0].Args.Select(a => a.Bits));
                Assert.Equal("_" + Valid(text), lines[1].Args[0].Text);
            },
            iter: 500);

    [Fact]
    public void A_trace_of_several_buffers_is_read_to_its_last_line()
    {
        var bytes = Samples.Write(w =>
        {
            for (var i = 0; i < 5000; i++)
            {
                w.Event(Samples.Step with { Step = i });
            }
        });
        var lines = new TraceReader(new MemoryStream(bytes), "t.jsonl").ReadToEnd();
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => (long)i), lines.Select(l => l.Step));
        Assert.Equal(5001, lines[^1].Line);
    }

    [Fact]
    public void Fields_may_stand_in_any_order()
    {
        var reader = Samples.Reader(
            """{"tool":"0.1.0","seed":"0x7","protocol":"ats","scenario":"s","schema":"viommu.trace/1"}""" + "\n"
            + """{"args":{},"by":"oracle","t_ns":1,"step":2,"note":"n"}""" + "\n");
        Assert.Equal(new TraceHeader("s", "ats", 7, "0.1.0"), reader.Header);
        Assert.IsType<TraceNote>(reader.Read());
    }

    [Theory]
    [InlineData("", null, "empty")]
    [InlineData("\n", null, "not one JSON object")]
    [InlineData("hello\n", null, "not one JSON object")]
    [InlineData("[]\n", null, "not one JSON object")]
    [InlineData("""{"schema":"viommu.trace/1"}""", null, "cut off")]
    [InlineData("""{"schema":"viommu.trace/2","new":1}""" + "\n", "schema", "found \"viommu.trace/2\"; this version reads \"viommu.trace/1\"")]
    [InlineData("""{"scenario":"s"}""" + "\n", "schema", "missing")]
    [InlineData("""{"schema":"\u001b[2J"}""" + "\n", "schema", "found \"\\x1b[2J\"")]
    [InlineData("""{"schema":7}""" + "\n", "schema", "found 7; a string is accepted")]
    [InlineData("""{"schema":"viommu.trace/1","scenario":"s","protocol":"p","tool":"t"}""" + "\n", "seed", "missing")]
    [InlineData("""{"schema":"viommu.trace/1","scenario":"s","protocol":"p","seed":"7","tool":"t"}""" + "\n", "seed", "found \"7\"")]
    [InlineData("""{"schema":"viommu.trace/1","scenario":"s","protocol":"p","seed":"0x7","tool":"t","more":1}""" + "\n", "more", "no field")]
    public void A_file_without_a_header_of_this_schema_is_refused(string text, string? field, string problem)
    {
        var e = Assert.Throws<TraceFormatException>(() => Samples.Reader(text));
        Assert.Equal(("t.jsonl", 1, field), (e.File, e.Line, e.Field));
        Assert.StartsWith("t.jsonl:1: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"step\":3,", "", "step", "missing")]
    [InlineData("\"step\":3", "\"step\":\"3\"", "step", "found \"3\"; an integer from 0 up is accepted")]
    [InlineData("\"step\":3", "\"step\":-3", "step", "found -3")]
    [InlineData("\"step\":3", "\"step\":3.5", "step", "found 3.5")]
    [InlineData("\"step\":3", "\"step\":null", "step", "found null")]
    [InlineData("\"step\":3", "\"step\":3,\"step\":3", "step", "there twice")]
    [InlineData("\"to\":\"a\"", "\"to\":null", "to", "found null; a string")]
    [InlineData("\"to\":\"a\"", "\"to\":\"\\ud800\"", "to", "not Unicode")]
    [InlineData("\"to\":\"a\"", "\"\\ud800\":\"a\"", null, "not Unicode")]
    [InlineData("\"from\":null,", "", "from", "missing")]
    [InlineData("\"enabled\":2", "\"enabled\":2147483648", "enabled", "at most 2147483647")]
    [InlineData("\"args\":{}", "\"args\":[]", "args", "found []; an object")]
    [InlineData("\"args\":{}", "\"args\":{\"a\":{}}", "args.a", "found {}")]
    [InlineData("\"args\":{}", "\"args\":{\"a\":1.5}", "args.a", "found 1.5")]
    [InlineData("\"args\":{}", "\"args\":{\"a\":1,\"a\":1}", "args.a", "there twice")]
    [InlineData("\"args\":{}", "\"args\":{},\"color\":1", "color", "no field")]
    [InlineData("\"args\":{}}", "\"args\":{}", null, "not one JSON object")]
    [InlineData("\"args\":{}}", "\"args\":{}} {}", null, "not one JSON object")]
    public void A_broken_event_is_refused_with_its_line_and_field(string find, string replace, string? field, string problem)
    {
        var reader = Samples.Reader(Samples.HeaderLine + Event + "\n" + Event.Replace(find, replace, StringComparison.Ordinal) + "\n");
        Assert.NotNull(reader.Read());
        var e = Assert.Throws<TraceFormatException>(reader.Read);
        Assert.Equal((3, field), (e.Line, e.Field));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"by\":\"oracle\",", "", "by", "missing")]
    [InlineData("\"note\":\"violation\"", "\"note\":1", "note", "found 1; a string")]
    [InlineData("\"args\":{}", "\"args\":{},\"to\":\"a\"", "to", "no field")]
    public void A_broken_note_is_refused_with_its_line_and_field(string find, string replace, string field, string problem)
    {
        var e = Assert.Throws<TraceFormatException>(
            Samples.Reader(Samples.HeaderLine + Note.Replace(find, replace, StringComparison.Ordinal) + "\n").Read);
        Assert.Equal((2, field), (e.Line, e.Field));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_last_line_without_its_end_is_a_cut_off_file()
    {
        var reader = Samples.Reader(Samples.HeaderLine + Event);
        var e = Assert.Throws<TraceFormatException>(reader.Read);
        Assert.Equal(2, e.Line);
        Assert.Contains("cut off", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_may_be_as_long_as_the_bound_and_no_longer()
    {
        var header = Samples.HeaderLine.Length - 1;
        Assert.Equal(Samples.Header, Samples.Reader(Samples.HeaderLine, header).Header);
        var e = Assert.Throws<TraceFormatException>(() => Samples.Reader(Samples.HeaderLine, header - 1));
        Assert.Contains($"longer than {header - 1} bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_run_without_a_line_feed_is_refused_at_the_bound()
    {
        var e = Assert.Throws<TraceFormatException>(Samples.Reader(Samples.HeaderLine + new string('x', 100_000), 50_000).Read);
        Assert.Equal(2, e.Line);
        Assert.Contains("longer than 50000 bytes", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Text that is no Unicode (half a surrogate pair) is written with the replacement character.</summary>
    private static string Valid(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
