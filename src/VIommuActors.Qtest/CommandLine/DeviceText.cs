using System.Text;
using System.Text.Json.Nodes;
using VIommuActors.Qtest.Qmp;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>The argument of <c>-device</c>: <c>TYPE,key=value,…</c> or a JSON object.</summary>
internal static class DeviceText
{
    /// <summary>The key of the type.</summary>
    public const string Driver = "driver";

    /// <summary>Takes it apart.</summary>
    /// <exception cref="CommandLineException">No JSON object, or one that holds more than plain values.</exception>
    public static OptionText Parse(string option, string argument, ICollection<string> warnings)
    {
        var text = OptionText.Parse(option, argument, Driver, argument.StartsWith('{') ? [] : warnings);
        return argument.StartsWith('{') ? text.With(FromJson(text)) : text;
    }

    private static List<OptionPair> FromJson(OptionText text)
    {
        JsonNode? value = null;
        QmpException? error = null;
        var messages = new JsonMessages(found => value = found, found => error ??= found);
        messages.Feed(Encoding.UTF8.GetBytes(text.Argument + "\n"));
        if (error is not null) throw text.Error(error.Message);
        if (value is not JsonObject members) throw text.Error("JSON parse error, premature EOI");
        var pairs = new List<OptionPair>();
        foreach (var (key, member) in members)
        {
            if (member is not JsonValue) throw text.Error($"Parameter '{key}' expects a plain value");
            pairs.Add(new(key, member.ToString() switch
            {
                "true" => "on",
                "false" => "off",
                var plain => plain,
            }));
        }
        return pairs;
    }
}
