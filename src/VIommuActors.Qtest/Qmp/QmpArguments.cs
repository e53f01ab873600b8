using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VIommuActors.Qtest.Qmp;

/// <summary>The arguments of a request, taken one by one; errors have QEMU's words.</summary>
internal sealed class QmpArguments(JsonObject arguments)
{
    private readonly HashSet<string> _taken = [];

    /// <summary>A string; null when it is not given.</summary>
    public string? Text(string name) => Take(name, out var value) ? AsText(name, value) : null;

    /// <summary>A truth value; null when it is not given.</summary>
    public bool? Flag(string name)
    {
        if (!Take(name, out var value)) return null;
        return value is JsonValue scalar && scalar.TryGetValue<bool>(out var flag) ? flag : throw WrongType(name, "boolean");
    }

    /// <summary>A list of strings; empty when it is not given.</summary>
    public ImmutableArray<string> Texts(string name)
    {
        if (!Take(name, out var value)) return [];
        var items = value as JsonArray ?? throw WrongType(name, "array");
        return [.. items.Select(item => AsText(name, item))];
    }

    /// <summary>Ends the taking.</summary>
    /// <exception cref="QmpException">An argument is left that nobody knows.</exception>
    public void ExpectNoMore()
    {
        var unknown = arguments.Select(member => member.Key).FirstOrDefault(name => !_taken.Contains(name));
        if (unknown is not null) throw new QmpException($"Parameter '{unknown}' is unexpected");
    }

    private bool Take(string name, out JsonNode? value)
    {
        _taken.Add(name);
        return arguments.TryGetPropertyValue(name, out value);
    }

    private static string AsText(string name, JsonNode? value) =>
        value is JsonValue scalar && scalar.GetValueKind() == JsonValueKind.String ? scalar.GetValue<string>() : throw WrongType(name, "string");

    private static QmpException WrongType(string name, string expected) => new($"Invalid parameter type for '{name}', expected: {expected}");
}
