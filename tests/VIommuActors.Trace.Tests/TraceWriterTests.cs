using System.Security.Cryptography;
using System.Text;
using VIommuActors.Trace;

namespace VIommuActors.Trace.Tests;

public class TraceWriterTests
{
    [Fact]
    public void A_trace_is_these_lines_and_no_others()
    {
        var bytes = Samples.Write(w =>
        {
            w.Event(Samples.Step);
            w.Event(new TraceStep(0, 0, "vcpu-1", null, "timer", new Samples.Empty(), null, 1, 0));
            w.Note(9, 2400, "oracle", new Samples.Remark("violation", "stale-write <\"é\">", true, -5));
        });
        Assert.Equal(
            Samples.HeaderLine
            + """{"step":3,"t_ns":1500,"to":"viommu-1","from":"vcpu-1","kind":"mmio","msg":"MmioWrite","cause":1,"enabled":2,"chosen":0,"args":{"addr":"0xfed900f8","value":"0x9003000500000000","size":8}}""" + "\n"
            + """{"step":0,"t_ns":0,"to":"vcpu-1","from":null,"kind":"timer","msg":"Tick","cause":null,"enabled":1,"chosen":0,"args":{}}""" + "\n"
            + """{"note":"violation","step":9,"t_ns":2400,"by":"oracle","args":{"text":"stale-write <\"é\">","flag":true,"number":-5}}""" + "\n",
            Encoding.UTF8.GetString(bytes));
    }

    [Theory]
    [InlineData(0UL, "0x0")]
    [InlineData(0xaUL, "0xa")]
    [InlineData(ulong.MaxValue, "0xffffffffffffffff")]
    public void Values_are_lower_case_hex_without_leading_zeros(ulong value, string expected)
    {
        var bytes = Samples.Write(w => w.Event(Samples.Step with { Message = new Samples.MmioWrite(value, 1, 1) }));
        Assert.Contains($"\"addr\":\"{expected}\"", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2000)]
    public void The_digest_is_that_of_the_bytes_in_the_stream(int events)
    {
        using var stream = new MemoryStream();
        using var writer = new TraceWriter(stream, Samples.Header);
        for (var i = 0; i < events; i++)
        {
            writer.Event(Samples.Step with { Step = i });
        }

        var digest = writer.Complete();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(stream.ToArray())), digest);
        Assert.Equal(digest, writer.Sha256);
        Assert.Equal(digest, writer.Complete());
    }

    [Fact]
    public void The_same_events_have_the_same_digest_and_one_other_value_another()
    {
        Assert.Equal(Digest(8), Digest(8));
        Assert.NotEqual(Digest(8), Digest(4));

        static string Digest(int size)
        {
            using var writer = new TraceWriter(Stream.Null, Samples.Header);
            writer.Event(Samples.Step with { Message = new Samples.MmioWrite(1, 2, size) });
            return writer.Complete();
        }
    }

    [Fact]
    public void The_digest_is_not_to_be_had_before_the_end()
    {
        using var writer = new TraceWriter(Stream.Null, Samples.Header);
        Assert.Throws<InvalidOperationException>(() => writer.Sha256);
    }

    [Fact]
    public void A_complete_trace_takes_no_more_lines()
    {
        using var writer = new TraceWriter(Stream.Null, Samples.Header);
        writer.Complete();
        Assert.Throws<InvalidOperationException>(() => writer.Event(Samples.Step));
        Assert.Throws<InvalidOperationException>(() => writer.Note(0, 0, "oracle", new Samples.Empty()));
    }

    [Fact]
    public void The_stream_stays_open()
    {
        using var stream = new MemoryStream();
        new TraceWriter(stream, Samples.Header).Dispose();
        Assert.True(stream.CanWrite);
        Assert.Equal(Samples.HeaderLine.Length, stream.Length);
    }

    [Fact]
    public void A_line_longer_than_the_buffer_is_written_whole()
    {
        var text = new string('x', 300_000);
        var bytes = Samples.Write(w =>
        {
            w.Event(Samples.Step);
            w.Note(1, 1, "oracle", new Samples.Remark("note", text, false, 0));
            w.Event(Samples.Step);
        });
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.Equal(lines[1], lines[3]);
        Assert.Contains(text, lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_events_allocate_next_to_nothing()
    {
        using var writer = new TraceWriter(Stream.Null, Samples.Header);
        Burst(writer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Burst(writer);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);

        static void Burst(TraceWriter writer)
        {
            for (var i = 0; i < 10_000; i++)
            {
                writer.Event(Samples.Step with { Step = i });
            }
        }
    }

    [Fact]
    public void The_null_trace_says_that_it_keeps_nothing()
    {
        Assert.False(NullTrace.Instance.IsEnabled);
        NullTrace.Instance.Event(Samples.Step);
        NullTrace.Instance.Note(0, 0, "oracle", new Samples.Empty());
        using var writer = new TraceWriter(Stream.Null, Samples.Header);
        Assert.True(writer.IsEnabled);
    }
}
