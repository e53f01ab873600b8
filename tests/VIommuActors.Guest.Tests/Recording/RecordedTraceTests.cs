using System.IO.Compression;
using System.Text;
using VIommuActors.Guest.Recording;
using VIommuActors.Vtd;

namespace VIommuActors.Guest.Tests.Recording;

public class RecordedTraceTests
{
    [Fact]
    public void The_linux_recording_has_the_events_its_description_counts()
    {
        var trace = ReadFile("linux-strict.trace.gz");
        var summary = trace.Summary;
        Assert.Equal(14_290, summary.Events);
        Assert.Equal(14_290, trace.Events[^1].Line);
        Assert.Equal(RecordedInterface.Queued, summary.Interface);
        Assert.Equal(
            "R19 W1341 Q2646 S1323 G0 M2809 H3040 C4 P0 F0 I0 V3088 X10 N10",
            Counts(summary));
        Assert.Equal(5_849, summary.Count(RecordedKind.TranslationMiss) + summary.Count(RecordedKind.TranslationHit));
        Assert.Equal((0xd2008c22260206UL, 0xf00f4aUL), (summary.Cap, summary.Ecap));
        Assert.Equal(36_365_269, summary.DurationUs);

        // One in two descriptors is the wait (type 5); 1,250 of the others are page-selective IOTLB descriptors (type 2, G = 3).
        var queued = trace.Events.Where(e => e.Kind == RecordedKind.QueueDescriptor).ToList();
        Assert.Equal(1_323, queued.Count(e => (e.Low & 0xf) == 5));
        Assert.Equal(1_250, queued.Count(e => (e.Low & 0xf) == 2 && ((e.Low >> 4) & 3) == 3));
        Assert.Equal(5UL, queued.Where(e => (e.Low & 0xf) == 2).Max(e => e.High & 0x3f));
    }

    [Fact]
    public void The_xen_recording_has_the_events_its_description_counts()
    {
        var trace = ReadFile("xen-register.trace.gz");
        var summary = trace.Summary;
        Assert.Equal(81_067, summary.Events);
        Assert.Equal(RecordedInterface.Register, summary.Interface);
        Assert.Equal(
            "R19079 W37976 Q0 S0 G19065 M710 H4215 C4 P0 F0 I0 V0 X6 N12",
            Counts(summary));
        Assert.Equal((0xd2008c22260206UL, 0xf00f4aUL), (summary.Cap, summary.Ecap));

        int Invalidations(RecordedInvalidation what) =>
            trace.Events.Count(e => e.Kind == RecordedKind.Invalidation && e.Invalidation == what);
        Assert.Equal(18_901, Invalidations(RecordedInvalidation.Page));
        Assert.Equal(158, Invalidations(RecordedInvalidation.Domain));
        Assert.Equal(3, Invalidations(RecordedInvalidation.Global));
        Assert.Equal(3, Invalidations(RecordedInvalidation.Context));
        Assert.Equal(0, Invalidations(RecordedInvalidation.ContextDevice));
        Assert.Equal(
            19_062,
            trace.Events.Count(e => e is { Kind: RecordedKind.RegisterWrite, Offset: 0xf8, Size: 8 } && e.Value >> 63 == 1));
        Assert.Contains(trace.Events, e => e is { Kind: RecordedKind.TranslationMiss, PageMask: 0x1fffff });
    }

    [Fact]
    public void Every_field_of_every_kind_arrives_where_it_belongs()
    {
        var events = Read(
            "0 R 8 8 d2008c22260206\n1 W 88 4 20\n2 Q 200000025 11c6804\n2 S 11c6804 2\n3 G global\n3 G domain 1f\n"
            + "3 G page 1f 2304f000 5\n3 G context\n3 G context-device fa 3\n4 M 18 fffff002 2cd1003 3 1fffff\n5 H 20 fffff002 2cd1003 a\n"
            + "6 C fa 29be001 301\n7 P 28 fee00000\n8 F 18 12 fffff010 1\n9 I fee01004 21\n10 V 1a 48 1\n"
            + "11 X ir_enable enable 1\n12 N read  disk é\n").Events;

        Assert.Equal(Enumerable.Range(1, 18), events.Select(e => e.Line));
        Assert.Equal(
            [0L, 1, 2, 2, 3, 3, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
            events.Select(e => e.TimeUs));
        Assert.Equal((RecordedKind.RegisterRead, 8, 8, 0xd2008c22260206UL), (events[0].Kind, events[0].Offset, events[0].Size, events[0].Value));
        Assert.Equal((RecordedKind.RegisterWrite, 0x88, 4, 0x20UL), (events[1].Kind, events[1].Offset, events[1].Size, events[1].Value));
        Assert.Equal((RecordedKind.QueueDescriptor, 0x200000025UL, 0x11c6804UL), (events[2].Kind, events[2].Low, events[2].High));
        Assert.Equal((RecordedKind.WaitStatus, new GuestPhysical(0x11c6804), 2u), (events[3].Kind, events[3].Address, events[3].Data));
        Assert.Equal((RecordedKind.Invalidation, RecordedInvalidation.Global), (events[4].Kind, events[4].Invalidation));
        Assert.Equal((RecordedInvalidation.Domain, new DomainId(0x1f)), (events[5].Invalidation, events[5].Domain));
        Assert.Equal(
            (RecordedInvalidation.Page, new DomainId(0x1f), new Iova(0x2304f000), 5),
            (events[6].Invalidation, events[6].Domain, events[6].Iova, events[6].AddressMask));
        Assert.Equal(RecordedInvalidation.Context, events[7].Invalidation);
        Assert.Equal(
            (RecordedInvalidation.ContextDevice, new SourceId(0xfa), 3),
            (events[8].Invalidation, events[8].Source, events[8].FunctionMask));
        Assert.Equal(
            (RecordedKind.TranslationMiss, new SourceId(0x18), new Iova(0xfffff002), 0x2cd1003UL, new DomainId(3), 0x1fffffUL),
            (events[9].Kind, events[9].Source, events[9].Iova, events[9].Pte, events[9].Domain, events[9].PageMask));
        Assert.Equal(
            (RecordedKind.TranslationHit, new SourceId(0x20), new Iova(0xfffff002), 0x2cd1003UL, new DomainId(10)),
            (events[10].Kind, events[10].Source, events[10].Iova, events[10].Pte, events[10].Domain));
        Assert.Equal(
            (RecordedKind.ContextEntry, new SourceId(0xfa), 0x29be001UL, 0x301UL),
            (events[11].Kind, events[11].Source, events[11].Low, events[11].High));
        Assert.Equal((RecordedKind.PassThrough, new SourceId(0x28), new Iova(0xfee00000)), (events[12].Kind, events[12].Source, events[12].Iova));
        Assert.Equal(
            (RecordedKind.Fault, new SourceId(0x18), 12, new Iova(0xfffff010), true),
            (events[13].Kind, events[13].Source, (int)events[13].Reason, events[13].Iova, events[13].IsWrite));
        Assert.Equal(
            (RecordedKind.UnitInterrupt, new GuestPhysical(0xfee01004), 0x21u),
            (events[14].Kind, events[14].Address, events[14].Data));
        Assert.Equal(
            (RecordedKind.InterruptRemapped, 0x1a, 48, 1u),
            (events[15].Kind, events[15].Index, (int)events[15].Vector, events[15].Destination));
        Assert.Equal((RecordedKind.UnitState, "ir_enable enable 1"), (events[16].Kind, events[16].Text));
        Assert.Equal((RecordedKind.Mark, "read  disk é"), (events[17].Kind, events[17].Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0 ")]
    [InlineData("0 R")]
    [InlineData("0 R 8")]
    [InlineData("0 R 8 8")]
    [InlineData("0 R 8 8 ")]
    [InlineData("0 Q 4")]
    [InlineData("0 S 11c6804")]
    [InlineData("0 G")]
    [InlineData("0 G page 0 1000")]
    [InlineData("0 G context-device 18")]
    [InlineData("0 M 18 0 3 1")]
    [InlineData("0 H 18 0 3")]
    [InlineData("0 C 18 1")]
    [InlineData("0 P 18")]
    [InlineData("0 F 18 5 1000")]
    [InlineData("0 I fee01004")]
    [InlineData("0 V 1 48")]
    [InlineData("0 X")]
    [InlineData("0 N")]
    public void A_missing_field_is_named(string line) => Refused(line, "is missing");

    [Theory]
    [InlineData("0 Z 1", "found \"Z\" for the kind; one of R W Q S G M H C P F I V X N is accepted")]
    [InlineData("0 RR 8 8 0", "found \"RR\" for the kind")]
    [InlineData("0 r 8 8 0", "found \"r\" for the kind")]
    [InlineData("x R 8 8 0", "found \"x\" for the time; a decimal number")]
    [InlineData("-1 R 8 8 0", "found \"-1\" for the time")]
    [InlineData("9223372036854775808 N x", "found \"9223372036854775808\" for the time")]
    [InlineData("0 R 8 8 0x10", "found \"0x10\" for the value; hexadecimal digits without prefix, 0 to ffffffffffffffff, are accepted")]
    [InlineData("0 R 8 8 12g4", "found \"12g4\" for the value")]
    [InlineData("0 R 8 8 10000000000000000", "found \"10000000000000000\" for the value")]
    [InlineData("0 R 8 4 100000000", "found \"100000000\" for the value; hexadecimal digits without prefix, 0 to ffffffff,")]
    [InlineData("0 \u001b[2J 8 8 0", "found \"\\x1b[2J\" for the kind")]
    [InlineData("0 R 12345678901234567890123456789012345678901234567890 8 0", "found \"1234567890123456789012345678901234567890…\"")]
    [InlineData("0 R 8 2 0", "found \"2\" for the size; 4 and 8 are accepted")]
    [InlineData("0 R 8 48 0", "found \"48\" for the size")]
    [InlineData("0 R 10000 8 0", "found \"10000\" for the offset")]
    [InlineData("0 R 8 8 0 0", "found \"0\" after the last field")]
    [InlineData("0 R 8 8 0 ", "found \"\" after the last field")]
    [InlineData("0  R 8 8 0", "found two spaces before the kind; one is accepted")]
    [InlineData("0 S 0 100000000", "for the data")]
    [InlineData("0 G pages 0 0 0", "found \"pages\" for what was invalidated; global, domain, page, context and context-device are accepted")]
    [InlineData("0 G global 1", "found \"1\" after the last field")]
    [InlineData("0 G domain 10000", "for the domain id")]
    [InlineData("0 G page 0 0 40", "found \"40\" for the address mask")]
    [InlineData("0 G context-device 18 4", "found \"4\" for the function mask")]
    [InlineData("0 M 10000 0 3 1 fff", "for the source id")]
    [InlineData("0 M 18 0 3 1 1000", "found 1000 for the page mask; fff, 1fffff and 3fffffff are accepted")]
    [InlineData("0 F 18 256 0 1", "found \"256\" for the fault reason; a decimal number, 0 to 255, is accepted")]
    [InlineData("0 F 18 5 0 2", "found \"2\" for write")]
    [InlineData("0 V 1 1f 1", "found \"1f\" for the vector")]
    public void A_broken_field_is_named_with_what_was_found_and_what_is_accepted(string line, string problem) => Refused(line, problem);

    [Fact]
    public void Time_may_stand_still_but_not_go_back()
    {
        Assert.Equal(2, Read("5 N a\n5 N b\n").Events.Length);
        var e = Assert.Throws<RecordedTraceException>(() => Read("5 N a\n4 N b\n"));
        Assert.Equal(2, e.Line);
        Assert.Contains("found the time 4 after 5", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_is_refused_plain_and_compressed()
    {
        Assert.Contains("empty", Assert.Throws<RecordedTraceException>(() => Read("")).Message, StringComparison.Ordinal);
        Assert.Contains("empty", Refuse(Gzip("")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_and_compressed_text_read_the_same_and_line_ends_may_be_those_of_windows()
    {
        const string Text = "0 R 8 8 1\n1 N read\n";
        var plain = Read(Text).Events.AsEnumerable();
        Assert.Equal(plain, RecordedTrace.Read(new MemoryStream(Gzip(Text)), "t.gz").Events.AsEnumerable());
        Assert.Equal(plain, Read(Text.Replace("\n", "\r\n", StringComparison.Ordinal)).Events.AsEnumerable());
    }

    [Fact]
    public void A_stream_that_gives_one_byte_at_a_time_reads_the_same()
    {
        const string Text = "0 R 8 8 1\n1 N read\n";
        var drip = new DripStream(Gzip(Text));
        Assert.Equal(Read(Text).Events.AsEnumerable(), RecordedTrace.Read(drip, "t.gz").Events.AsEnumerable());
        Assert.True(drip.CanRead);
    }

    [Fact]
    public void A_last_line_without_its_end_is_a_cut_off_file()
    {
        var e = Assert.Throws<RecordedTraceException>(() => Read("0 N a\n1 W f8 8 9003"));
        Assert.Equal(2, e.Line);
        Assert.Contains("cut off", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_compressed_file_cut_off_anywhere_is_refused()
    {
        var bytes = Gzip("0 R 8 8 d2008c22260206\n1 N read\n");
        Assert.All(Enumerable.Range(0, bytes.Length), length => Refuse(bytes[..length]));
    }

    [Fact]
    public void Two_compressed_files_in_one_are_refused() =>
        Assert.Contains("one gzip member", Refuse([.. Gzip("0 N a\n"), .. Gzip("0 N bb\n")]).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0.99)]
    [InlineData(0.5)]
    [InlineData(0.1)]
    public void Half_a_real_recording_is_said_to_be_cut_off(double part)
    {
        using var file = RealFiles.Open("linux-strict.trace.gz");
        var bytes = new byte[(int)(file.Length * part)];
        file.ReadExactly(bytes);
        Assert.Contains("cut off", Refuse(bytes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_compressed_file_is_refused()
    {
        using var file = RealFiles.Open("linux-strict.trace.gz");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        bytes[bytes.Length / 2] ^= 0x10;
        Assert.StartsWith("t.gz:", Refuse(bytes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bound_on_lines_is_the_last_line_taken()
    {
        Assert.Equal(2, Read("0 N a\n0 N b\n", maxLines: 2).Events.Length);
        var e = Assert.Throws<RecordedTraceException>(() => Read("0 N a\n0 N b\n0 N c\n", maxLines: 2));
        Assert.Equal(3, e.Line);
        Assert.Contains("more than 2 lines", e.Message, StringComparison.Ordinal);
        Assert.Equal(50_000_000, RecordedTrace.MaxLines);
    }

    [Fact]
    public void The_bound_on_a_lines_length_holds_with_and_without_an_end()
    {
        Assert.Equal(1020, Read("0 N " + new string('x', 1020) + "\n").Events[0].Text!.Length);
        foreach (var text in new[] { "0 N " + new string('x', 1021) + "\n", new string('0', 1_000_000) })
        {
            var e = Assert.Throws<RecordedTraceException>(() => Read(text));
            Assert.Contains("longer than 1024 bytes", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_recording_that_is_something_else_entirely_is_refused_at_line_1()
    {
        foreach (var bytes in new byte[][] { [0x1f], [0x1f, 0x8b], [0x7f, 0x45, 0x4c, 0x46, 0x0a], [0xff, 0xfe, 0x0a] })
        {
            Assert.Equal(1, Refuse(bytes).Line);
        }
    }

    [Fact]
    public void Capabilities_read_in_two_halves_are_put_together()
    {
        var summary = Read("0 R 8 4 22260206\n0 R c 4 d2008c\n0 R 10 4 f00f4a\n0 N x\n").Summary;
        Assert.Equal(0xd2008c22260206UL, summary.Cap);
        Assert.Null(summary.Ecap);
        Assert.Equal(RecordedInterface.None, summary.Interface);
    }

    [Fact]
    public void Only_reads_tell_the_capabilities_and_the_first_one_counts()
    {
        var summary = Read("0 W 8 8 7\n0 R 8 8 1\n0 R 8 8 2\n").Summary;
        Assert.Equal(1UL, summary.Cap);
    }

    [Fact]
    public void A_driver_that_used_the_registers_before_its_queue_is_a_queued_one() =>
        Assert.Equal(RecordedInterface.Queued, Read("0 G global\n1 Q 4 0\n").Summary.Interface);

    private static RecordedTrace ReadFile(string name)
    {
        using var file = RealFiles.Open(name);
        return RecordedTrace.Read(file, name);
    }

    private static RecordedTrace Read(string text, int maxLines = RecordedTrace.MaxLines) =>
        RecordedTrace.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.trace", maxLines);

    private static RecordedTraceException Refuse(byte[] bytes) =>
        Assert.Throws<RecordedTraceException>(() => RecordedTrace.Read(new MemoryStream(bytes), "t.gz"));

    /// <summary>The line stands second, after a good one, so that the number in the error is tested too.</summary>
    private static void Refused(string line, string problem)
    {
        var e = Assert.Throws<RecordedTraceException>(() => Read("0 N before\n" + line + "\n0 N after\n"));
        Assert.Equal(("t.trace", 2), (e.File, e.Line));
        Assert.StartsWith("t.trace:2: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    private static string Counts(RecordedSummary summary) =>
        string.Join(' ', "RWQSGMHCPFIVXN".Zip(Enum.GetValues<RecordedKind>(), (letter, kind) => $"{letter}{summary.Count(kind)}"));

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private sealed class DripStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1)]);
    }
}
