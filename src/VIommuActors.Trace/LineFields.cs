using System.Collections.Immutable;
using System.Text.Json;

namespace VIommuActors.Trace;

/// <summary>The fields of one line, taken out one by one so that what is left over is known.</summary>
internal sealed class LineFields
{
    private readonly string _file;
    private readonly int _line;
    private readonly List<(string Name, JsonElement Value)> _left = [];

    private LineFields(string file, int line) => (_file, _line) = (file, line);

    /// <summary>Parses an object.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    public static LineFields Parse(ReadOnlySpan<byte> json, string file, int line)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        var root = JsonElement.ParseValue(ref reader);
        if (root.ValueKind != JsonValueKind.Object || reader.Read())
        {
            throw new JsonException(null, null, null, 0);
        }

        var fields = new LineFields(file, line);
        foreach (var property in root.EnumerateObject())
        {
            var name = fields.NameOf(property);
            if (fields.Has(name))
            {
                throw fields.Error(name, "there twice.");
            }

            fields._left.Add((name, property.Value));
        }

        return fields;
    }

    public bool Has(string name) => _left.Exists(f => f.Name == name);

    public string Text(string name) => TextOrNull(name) ?? throw Error(name, "found null; a string is accepted.");

    public string? TextOrNull(string name) => Take(name) switch
    {
        { ValueKind: JsonValueKind.String } value => Decode(name, value),
        { ValueKind: JsonValueKind.Null } => null,
        var other => throw Wrong(name, other, "a string"),
    };

    public long Number(string name) => NumberOrNull(name) ?? throw Error(name, "found null; an integer from 0 up is accepted.");

    public long? NumberOrNull(string name) => Take(name) switch
    {
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out var number) && number >= 0 => number,
        { ValueKind: JsonValueKind.Null } => null,
        var other => throw Wrong(name, other, "an integer from 0 up"),
    };

    public int Count(string name)
    {
        var number = Number(name);
        return number <= int.MaxValue ? (int)number : throw Error(name, $"found {number}; at most {int.MaxValue} is accepted.");
    }

    public void True(string name)
    {
        var value = Take(name);
        if (value.ValueKind != JsonValueKind.True)
        {
            throw Wrong(name, value, "true");
        }
    }

    public ImmutableArray<int> Counts(string name)
    {
        var list = Take(name);
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, list, "a list of integers from 0 up");
        }

        var read = ImmutableArray.CreateBuilder<int>(list.GetArrayLength());
        foreach (var element in list.EnumerateArray())
        {
            read.Add(element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var count) && count >= 0
                ? count
                : throw Wrong(name, element, "a list of integers from 0 up"));
        }

        return read.MoveToImmutable();
    }

    public ulong Hex(string name)
    {
        var text = Text(name);
        return TraceSchema.TryParseHex(text, out var value)
            ? value
            : throw Error(name, $"found \"{text}\"; \"0x\" and 1 to 16 lower-case hex digits without leading zeros are accepted.");
    }

    /// <summary>The message's own fields.</summary>
    public ImmutableArray<TraceArgument> Args()
    {
        var args = Take("args");
        if (args.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("args", args, "an object");
        }

        var read = ImmutableArray.CreateBuilder<TraceArgument>();
        foreach (var property in args.EnumerateObject())
        {
            var name = NameOf(property);
            for (var i = 0; i < read.Count; i++)
            {
                if (read[i].Name == name)
                {
                    throw Error("args." + name, "there twice.");
                }
            }

            read.Add(Argument(name, property.Value));
        }

        return read.DrainToImmutable();
    }

    /// <summary>Fails when a field has not been taken.</summary>
    public void RefuseOthers()
    {
        if (_left.Count > 0)
        {
            throw Error(_left[0].Name, "no field of such a line.");
        }
    }

    public TraceFormatException Error(string field, string problem) => new(_file, _line, field, problem);

    private TraceArgument Argument(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when Decode("args." + name, value) is var text => TraceSchema.TryParseHex(text, out var bits)
            ? new(name, TraceValueKind.Hex, bits, null)
            : new(name, TraceValueKind.Text, 0, text),
        JsonValueKind.Number when value.TryGetInt64(out var number) => new(name, TraceValueKind.Number, (ulong)number, null),
        JsonValueKind.True => new(name, TraceValueKind.Bool, 1, null),
        JsonValueKind.False => new(name, TraceValueKind.Bool, 0, null),
        _ => throw Wrong("args." + name, value, "a string, an integer, true or false"),
    };

    // A string may be well-formed JSON and yet hold half a surrogate pair, which no text has.
    private string Decode(string field, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error(field, "found a string that is not Unicode text.");
        }
    }

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw new TraceFormatException(_file, _line, null, "the name of a field is not Unicode text.");
        }
    }

    private TraceFormatException Wrong(string field, JsonElement found, string accepted)
    {
        var text = found.GetRawText();
        return Error(field, $"found {(text.Length > 40 ? text[..40] + "…" : text)}; {accepted} is accepted.");
    }

    private JsonElement Take(string name)
    {
        var index = _left.FindIndex(f => f.Name == name);
        if (index < 0)
        {
            throw Error(name, "missing.");
        }

        var value = _left[index].Value;
        _left.RemoveAt(index);
        return value;
    }
}
