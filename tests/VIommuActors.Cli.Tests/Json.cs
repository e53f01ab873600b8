using System.Text.Json;

namespace VIommuActors.Cli.Tests;

/// <summary>Short words for looking at documents.</summary>
internal static class Json
{
    public static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];
}
