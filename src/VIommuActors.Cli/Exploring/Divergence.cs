using System.Globalization;
using System.Text.Json;

namespace VIommuActors.Cli.Exploring;

/// <summary>Where a repetition left its recording.</summary>
/// <param name="Line">Line of the recording, from 1.</param>
/// <param name="Step">The step that the line is of; null for the header.</param>
/// <param name="Recorded">The line; null when the recording ends before it.</param>
/// <param name="Repeated">The line of the repetition; null when that ends before it.</param>
internal sealed record Divergence(int Line, long? Step, string? Recorded, string? Repeated)
{
    /// <summary>The lines are the same, but the choices in the header are not those that lead to them.</summary>
    public static Divergence InChoices { get; } = new(
        1, null, "the choices of the header", "one of them was impossible, or there are too few or too many of them");

    /// <summary>The place, for people.</summary>
    public string Place => string.Create(
        CultureInfo.InvariantCulture, $"{(Step is { } step ? $"step {step:#,0}" : "the header")} (line {Line})");

    /// <summary>The first difference of two traces; null when there is none.</summary>
    public static Divergence? Between(string recordedPath, string repeatedPath)
    {
        using var recorded = File.ReadLines(recordedPath).GetEnumerator();
        using var repeated = File.ReadLines(repeatedPath).GetEnumerator();
        for (var line = 1; ; line++)
        {
            var (one, two) = (recorded.MoveNext() ? recorded.Current : null, repeated.MoveNext() ? repeated.Current : null);
            if (one is null && two is null)
            {
                return null;
            }
            if (one != two)
            {
                return new(line, StepOf(one ?? two!), one, two);
            }
        }
    }

    private static long? StepOf(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.TryGetProperty("step", out var step) ? step.GetInt64() : null;
    }
}
