using System.Globalization;
using VIommuActors.Cli.Reporting;

namespace VIommuActors.Cli.Scaling;

/// <summary>How long a run in real time is measured, as people type it.</summary>
internal static class WindowLength
{
    private const string Accepted = "100ms to 24h, such as 10s, 500ms or 2m";

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromHours(24);
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>Reads what <c>--duration</c> takes.</summary>
    /// <exception cref="ToolException">It is no duration.</exception>
    public static TimeSpan Parse(string text)
    {
        foreach (var (unit, seconds) in Units)
        {
            // Nine digits of any unit stay far from what a time span holds.
            if (text.EndsWith(unit, StringComparison.Ordinal) && text.Length <= 9 + unit.Length
                && long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
                && TimeSpan.FromSeconds(amount * seconds) is var length && length >= Shortest && length <= Longest)
            {
                return length;
            }
        }
        throw ToolException.Usage("--duration", text, "not a duration", Accepted);
    }
}
