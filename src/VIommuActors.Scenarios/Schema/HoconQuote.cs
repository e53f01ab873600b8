using System.Text.Json;

namespace VIommuActors.Scenarios.Schema;

/// <summary>Writes text so that it reads back as the same text.</summary>
internal static class HoconQuote
{
    public static string IfNeeded(string text)
    {
        var plain = text.Length > 0 && text is not ("null" or "true" or "false")
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        // HOCON's quoted strings are JSON's.
        return plain ? text : $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
    }
}
