using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace VIommuActors.Trace;

/// <summary>
/// The trace format: JSON lines in UTF-8, each ended by a line feed. The first line is the header, every other one an event or a
/// note. Values of up to 64 bits are strings <c>"0x…"</c>, because JSON tools round numbers above 2^53; counts are numbers.
/// </summary>
/// <remarks>
/// Notes that charts know: <c>work-begins</c> ends the start-up; <c>violation</c> with <c>property</c>, and <c>grantedAtStep</c> and
/// <c>revokedAtStep</c> where they apply; <c>verdict</c> with the <c>property</c> that a run came to, or <c>held</c>; by <c>wire</c>, of
/// the step above or of a message that it sent (<c>msg</c>, <c>from</c>, <c>to</c>): <c>lost</c>, <c>doubled</c>, <c>delayed</c>,
/// <c>reordered</c>, <c>crashed</c>.
/// </remarks>
/// <example><code>
/// {"schema":"viommu.trace/1","scenario":"stale-dma","protocol":"drain","seed":"0x7","tool":"0.1.0"}
/// {"step":3,"t_ns":900,"to":"viommu","from":"vcpu","kind":"mmio","msg":"Mmio","cause":1,"enabled":2,"chosen":0,"args":{"addr":"0xf8"}}
/// {"note":"violation","step":9,"t_ns":2400,"by":"oracle","args":{"property":"stale-write"}}
/// </code></example>
public static class TraceSchema
{
    /// <summary>Name and version; changes when a reader of the old one would misread.</summary>
    public const string Name = "viommu.trace/1";

    /// <summary>Longest line that a reader takes unless told otherwise: 1 MiB.</summary>
    public const int DefaultMaxLineBytes = 1 << 20;

    internal static readonly JsonEncodedText Schema = Encode("schema"), Scenario = Encode("scenario"), Protocol = Encode("protocol");
    internal static readonly JsonEncodedText Seed = Encode("seed"), Tool = Encode("tool"), Step = Encode("step"), TimeNs = Encode("t_ns");
    internal static readonly JsonEncodedText To = Encode("to"), From = Encode("from"), Kind = Encode("kind"), Msg = Encode("msg");
    internal static readonly JsonEncodedText Cause = Encode("cause"), Enabled = Encode("enabled"), Chosen = Encode("chosen");
    internal static readonly JsonEncodedText Args = Encode("args"), Note = Encode("note"), By = Encode("by");
    internal static readonly JsonEncodedText Searched = Encode("searched"), Strategy = Encode("strategy"), Faults = Encode("faults");
    internal static readonly JsonEncodedText FaultKinds = Encode("fault_kinds"), FaultsOn = Encode("faults_on");
    internal static readonly JsonEncodedText Mutant = Encode("mutant"), Stops = Encode("stops");
    internal static readonly JsonEncodedText Conf = Encode("conf"), Choices = Encode("choices");

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    internal static JsonEncodedText Encode(string text) =>
        JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    /// <summary>Longest form: <c>0x</c> and sixteen digits.</summary>
    internal const int MaxHexBytes = 18;

    /// <summary>Lower case, without leading zeros.</summary>
    internal static int FormatHex(ulong value, Span<byte> into)
    {
        "0x"u8.CopyTo(into);
        value.TryFormat(into[2..], out var digits, "x", CultureInfo.InvariantCulture);
        return digits + 2;
    }

    /// <summary>The inverse; refuses every other spelling of the number, so that a value has one form only.</summary>
    internal static bool TryParseHex(string text, out ulong value)
    {
        value = 0;
        return text.Length is > 2 and <= MaxHexBytes
            && text.StartsWith("0x", StringComparison.Ordinal)
            && text.AsSpan(2).IndexOfAnyExcept(HexDigits) < 0
            && (text[2] != '0' || text.Length == 3)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
