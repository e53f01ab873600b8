using System.Text.Json;

namespace VIommuActors.Scenarios.Schema;

/// <summary>Writes text so that it reads back as the same text.</summary>
internal static class HoconQuote
{
    /// <summary>True for text on one line that can be encoded: a lone surrogate could be neither printed nor saved.</summary>
    public static bool IsLine(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]) || (char.IsSurrogate(text[i]) && !char.IsSurrogatePair(text, i++)))
            {
                return false;
            }
        }
        return true;
    }

    public static string IfNeeded(string text)
    {
        var plain = text.Length > 0 && text is not ("null" or "true" or "false")
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        // HOCON's quoted strings are JSON's.
        return plain ? text : $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
    }
}
