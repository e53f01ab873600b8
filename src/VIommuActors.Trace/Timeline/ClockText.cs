using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace VIommuActors.Trace.Timeline;

/// <summary>Vector clocks as the notes of a trace have them.</summary>
public static class ClockText
{
    /// <summary>Most components that are read.</summary>
    public const int MostEntries = 1024;

    /// <summary>Writes a clock; its components are in the order of their processes.</summary>
    public static string Format(ImmutableArray<(int Process, long Count)> clock)
    {
        var text = new StringBuilder();
        foreach (var (process, count) in clock)
        {
            if (text.Length > 0)
            {
                text.Append(',');
            }

            text.Append(CultureInfo.InvariantCulture, $"{process}:{count}");
        }

        return text.ToString();
    }

    /// <summary>Reads a clock; false when the text is none, or names a process twice or out of order.</summary>
    public static bool TryParse(string text, out ImmutableArray<(int Process, long Count)> clock)
    {
        clock = [];
        if (text.Length == 0)
        {
            return true;
        }

        var entries = ImmutableArray.CreateBuilder<(int, long)>();
        var last = -1;
        foreach (var part in text.Split(','))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || entries.Count == MostEntries
                || !int.TryParse(part.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                || !long.TryParse(part.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || process <= last)
            {
                return false;
            }

            entries.Add((process, count));
            last = process;
        }

        clock = entries.ToImmutable();
        return true;
    }
}
