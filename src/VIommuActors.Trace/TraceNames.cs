using System.Text.Json;

namespace VIommuActors.Trace;

/// <summary>Names in their JSON form, escaped once. A trace has few: nodes, wires, messages and their fields.</summary>
internal sealed class TraceNames
{
    private readonly Dictionary<string, JsonEncodedText> _encoded = new(StringComparer.Ordinal);

    public JsonEncodedText this[string name]
    {
        get
        {
            if (!_encoded.TryGetValue(name, out var encoded))
            {
                encoded = TraceSchema.Encode(name);
                _encoded.Add(name, encoded);
            }

            return encoded;
        }
    }
}
