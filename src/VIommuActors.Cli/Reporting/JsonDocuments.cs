using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace VIommuActors.Cli.Reporting;

/// <summary>The one shape of every document that the tool prints: an object whose first field names its schema.</summary>
internal static class JsonDocuments
{
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Prints a document, ended by a line feed.</summary>
    public static void Write(TextWriter output, string schema, Action<Utf8JsonWriter> fields) => output.Write(Text(schema, fields));

    /// <summary>Prints a document on one line: for a stream of them, and for whoever waits for the first.</summary>
    public static void WriteLine(TextWriter output, string schema, Action<Utf8JsonWriter> fields) =>
        output.Write(Text(schema, fields, OneLine));

    /// <summary>The document as text, ended by a line feed.</summary>
    public static string Text(string schema, Action<Utf8JsonWriter> fields) => Text(schema, fields, Options);

    private static string Text(string schema, Action<Utf8JsonWriter> fields, JsonWriterOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", schema);
            fields(writer);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}
