using System.Text;
using VIommuActors.Trace;

namespace VIommuActors.Trace.Tests;

/// <summary>Messages and traces that the tests write.</summary>
internal static class Samples
{
    public static readonly TraceHeader Header = new("stale-dma", "drain", 0xffffffffffffffff, "0.1.0");

    public static readonly TraceStep Step = new(
        Step: 3, TimeNs: 1500, To: "viommu-1", From: "vcpu-1", Kind: "mmio",
        Message: new MmioWrite(0xfed900f8, 0x9003000500000000, 8), Cause: 1, Enabled: 2, Chosen: 0);

    public const string HeaderLine =
        """{"schema":"viommu.trace/1","scenario":"stale-dma","protocol":"drain","seed":"0xffffffffffffffff","tool":"0.1.0"}""" + "\n";

    public static byte[] Write(Action<TraceWriter> body)
    {
        using var stream = new MemoryStream();
        using (var writer = new TraceWriter(stream, Header))
        {
            body(writer);
        }

        return stream.ToArray();
    }

    public static TraceReader Reader(string text, int maxLineBytes = TraceSchema.DefaultMaxLineBytes) =>
        new(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.jsonl", maxLineBytes);

    public sealed record MmioWrite(ulong Address, ulong Value, int Size) : ITraced
    {
        public string Name => "MmioWrite";

        public void Describe(ref TraceFields fields)
        {
            fields.Add("addr", Address);
            fields.Add("value", Value);
            fields.AddNumber("size", Size);
        }
    }

    public sealed record Remark(string Name, string Text, bool Flag, long Number) : ITraced
    {
        public void Describe(ref TraceFields fields)
        {
            fields.AddText("text", Text);
            fields.AddBool("flag", Flag);
            fields.AddNumber("number", Number);
        }
    }

    public sealed record Empty : ITraced
    {
        public string Name => "Tick";

        public void Describe(ref TraceFields fields)
        {
        }
    }
}
