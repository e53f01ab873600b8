using System.Text.Json;

namespace VIommuActors.Trace;

/// <summary>Where a message puts its fields; they go straight into the line that is being written.</summary>
public readonly ref struct TraceFields
{
    private readonly Utf8JsonWriter _json;
    private readonly TraceNames _names;

    internal TraceFields(Utf8JsonWriter json, TraceNames names) => (_json, _names) = (json, names);

    /// <summary>An address, a register, an id: anything whose 64 bits matter. Written as <c>"0x…"</c>.</summary>
    public void Add(string name, ulong value)
    {
        Span<byte> digits = stackalloc byte[TraceSchema.MaxHexBytes];
        _json.WriteString(_names[name], digits[..TraceSchema.FormatHex(value, digits)]);
    }

    /// <summary>A count, a size, an index: written as a JSON number, so within ±2^53.</summary>
    public void AddNumber(string name, long value) => _json.WriteNumber(_names[name], value);

    /// <summary>A word. One that has the form <c>0x…</c> reads back as a value, so use <see cref="Add"/> for those.</summary>
    public void AddText(string name, string value) => _json.WriteString(_names[name], value);

    /// <summary>Yes or no.</summary>
    public void AddBool(string name, bool value) => _json.WriteBoolean(_names[name], value);
}
