using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VIommuActors.Qtest.Qmp;

/// <summary>Writes values as QEMU does: a space behind every colon and comma, ASCII only.</summary>
internal static class JsonText
{
    /// <summary>Appends a value.</summary>
    public static void Append(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject members:
                text.Append('{');
                foreach (var (index, (name, member)) in members.Index())
                {
                    AppendString(text.Append(index > 0 ? ", " : ""), name);
                    Append(text.Append(": "), member);
                }
                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                foreach (var (index, item) in items.Index()) Append(text.Append(index > 0 ? ", " : ""), item);
                text.Append(']');
                break;
            case JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String:
                AppendString(text, scalar.GetValue<string>());
                break;
            case JsonValue scalar when scalar.TryGetValue<double>(out var number) && !scalar.TryGetValue<long>(out _) && !scalar.TryGetValue<ulong>(out _):
                // JSON has no infinity: a number too large for a double is given back as the largest.
                text.Append(Math.Clamp(number, double.MinValue, double.MaxValue).ToString("R", CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(value?.ToJsonString() ?? "null");
                break;
        }
    }

    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' or > '~' => $"\\u{(int)c:X4}",
                _ => null,
            });
            if (c is >= ' ' and <= '~' and not '"' and not '\\') text.Append(c);
        }
        text.Append('"');
    }
}
