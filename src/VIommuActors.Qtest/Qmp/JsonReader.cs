using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace VIommuActors.Qtest.Qmp;

/// <summary>Builds a value from the tokens of one message. Errors have QEMU's words.</summary>
internal sealed class JsonReader(List<JsonToken> tokens)
{
    private int _next;

    /// <summary>The value that the tokens begin with; null for JSON's null.</summary>
    /// <exception cref="QmpException">They make no value.</exception>
    public JsonNode? Read()
    {
        var token = Take();
        return token.Kind switch
        {
            JsonTokenKind.String => JsonValue.Create(Unescape(token.Text)),
            JsonTokenKind.Number => Number(token.Text),
            JsonTokenKind.Keyword => Keyword(token.Text),
            JsonTokenKind.Structure when token.Is('{') => Object(),
            JsonTokenKind.Structure when token.Is('[') => Array(),
            _ => throw Error("expecting value"),
        };
    }

    private static QmpException Error(string what) => new($"JSON parse error, {what}");

    private JsonToken Take() => _next < tokens.Count ? tokens[_next++] : throw Error("premature EOI");

    private bool TryTake(char structure)
    {
        if (_next >= tokens.Count || !tokens[_next].Is(structure)) return false;
        _next++;
        return true;
    }

    private JsonObject Object()
    {
        var members = new JsonObject();
        if (TryTake('}')) return members;
        while (true)
        {
            var key = Read() is JsonValue text && text.TryGetValue<string>(out var name) ? name : throw Error("key is not a string in object");
            if (!Take().Is(':')) throw Error("missing : in object pair");
            var value = Read();
            if (!members.TryAdd(key, value)) throw Error("duplicate key");
            var token = Take();
            if (token.Is('}')) return members;
            if (!token.Is(',')) throw Error("expected separator in dict");
        }
    }

    private JsonArray Array()
    {
        var items = new JsonArray();
        if (TryTake(']')) return items;
        while (true)
        {
            items.Add(Read());
            var token = Take();
            if (token.Is(']')) return items;
            if (!token.Is(',')) throw Error("expected separator in list");
        }
    }

    private static JsonValue? Keyword(byte[] text) => Encoding.ASCII.GetString(text) switch
    {
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        "null" => null,
        var other => throw Error($"invalid keyword '{other}'"),
    };

    private static JsonValue Number(byte[] text)
    {
        var digits = Encoding.ASCII.GetString(text);
        var invariant = CultureInfo.InvariantCulture;
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, invariant, out var signed) ? JsonValue.Create(signed)
            : ulong.TryParse(digits, NumberStyles.None, invariant, out var unsigned) ? JsonValue.Create(unsigned)
            : JsonValue.Create(double.Parse(digits, NumberStyles.Float, invariant));
    }

    private static string Unescape(byte[] quoted)
    {
        string text;
        try
        {
            text = Strict.GetString(quoted, 1, quoted.Length - 2);
        }
        catch (DecoderFallbackException)
        {
            throw Error("invalid UTF-8 sequence in string");
        }
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\') plain.Append(text[i]);
            else if (text[++i] == 'u') plain.Append(CodeUnit(text, ref i));
            else
            {
                plain.Append(text[i] switch
                {
                    '"' or '\'' or '\\' or '/' => text[i],
                    'b' => '\b',
                    'f' => '\f',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    _ => throw Error("invalid escape sequence in string"),
                });
            }
        }
        return plain.ToString();
    }

    private static char CodeUnit(string text, ref int i)
    {
        var digits = text.Substring(i + 1, Math.Min(4, text.Length - i - 1));
        i += 4;
        return digits.Length == 4 && ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : throw Error($"\\u{digits} is not a valid Unicode character");
    }

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
}
