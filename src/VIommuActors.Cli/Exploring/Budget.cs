using System.Globalization;
using VIommuActors.Cli.Reporting;

namespace VIommuActors.Cli.Exploring;

/// <summary>How much a search may spend; one of the two is set.</summary>
/// <param name="Schedules">Number of schedules, from 1; null for no such limit.</param>
/// <param name="Time">Time by the wall clock; null for no such limit.</param>
internal sealed record Budget(long? Schedules, TimeSpan? Time)
{
    /// <summary>What is taken when nothing is said: no search is without a bound.</summary>
    public const string Default = "10000-schedules";

    private const string SchedulesUnit = "-schedules", SecondsUnit = "s", Accepted = "10000-schedules or 30s";
    private const long LongestSeconds = 100 * 24 * 3600;

    /// <summary>Reads what <c>--budget</c> takes.</summary>
    /// <exception cref="ToolException">It is no budget.</exception>
    public static Budget Parse(string text)
    {
        if (Amount(text, SchedulesUnit) is { } schedules)
        {
            return new(schedules, null);
        }
        return Amount(text, SecondsUnit) is { } seconds and <= LongestSeconds
            ? new(null, TimeSpan.FromSeconds(seconds))
            : throw ToolException.Usage("--budget", text, "not a budget", Accepted);
    }

    private static long? Amount(string text, string unit) =>
        text.EndsWith(unit, StringComparison.Ordinal)
        && long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
        && amount > 0 ? amount : null;
}
