using System.Collections.Immutable;
using VIommuActors.Cli.Terminal;
using VIommuActors.Scenarios;

namespace VIommuActors.Cli.Reporting;

/// <summary>Tells the user what went wrong: sentences on stderr, and a document on stdout for programs that asked for one.</summary>
internal static class ErrorReport
{
    /// <summary>Reports errors and hands back the code.</summary>
    public static ExitCode Write(IToolConsole console, bool json, ExitCode code, ImmutableArray<ScenarioError> errors)
    {
        foreach (var error in errors)
        {
            console.Error.WriteLine(error.ToString());
        }
        if (json)
        {
            JsonDocuments.Write(console.Out, "viommu.error/1", writer =>
            {
                writer.WriteNumber("exitCode", (int)code);
                WriteErrors(writer, errors);
            });
        }
        return code;
    }

    /// <summary>The array <c>errors</c>.</summary>
    public static void WriteErrors(System.Text.Json.Utf8JsonWriter writer, IEnumerable<ScenarioError> errors)
    {
        writer.WriteStartArray("errors");
        foreach (var error in errors)
        {
            writer.WriteStartObject();
            writer.WriteString("file", error.File);
            writer.WriteNumber("line", error.Line);
            writer.WriteNumber("column", error.Column);
            writer.WriteString("key", error.Key);
            writer.WriteString("value", error.Value);
            writer.WriteString("message", error.Message);
            writer.WriteString("accepted", error.Accepted);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
