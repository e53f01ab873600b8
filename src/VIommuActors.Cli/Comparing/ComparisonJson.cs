using System.Text.Json;

namespace VIommuActors.Cli.Comparing;

/// <summary>The document <c>viommu.compare/1</c>.</summary>
internal static class ComparisonJson
{
    /// <summary>Name and version of the document.</summary>
    public const string Schema = "viommu.compare/1";

    /// <summary>Writes the fields of a comparison; those of a second one, over registers, go into <c>alsoRegister</c>.</summary>
    public static void Write(Utf8JsonWriter writer, Comparison comparison, Comparison? alsoRegister, bool interrupted)
    {
        Fields(writer, comparison);
        if (alsoRegister is not null)
        {
            writer.WriteStartObject("alsoRegister");
            writer.WriteString("schema", Schema);
            Fields(writer, alsoRegister);
            writer.WriteEndObject();
        }
        if (interrupted)
        {
            writer.WriteBoolean("interrupted", true);
        }
    }

    private static void Fields(Utf8JsonWriter writer, Comparison comparison)
    {
        writer.WriteString("scenario", comparison.Scenario.Name);
        writer.WriteNumber("seed", comparison.Seed);
        writer.WriteNumber("runs", comparison.Runs);
        writer.WriteStartArray("protocols");
        foreach (var tally in comparison.Tallies)
        {
            writer.WriteStartObject();
            FiguresJson.Write(writer, tally);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
