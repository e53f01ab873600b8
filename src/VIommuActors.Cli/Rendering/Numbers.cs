using System.Globalization;

namespace VIommuActors.Cli.Rendering;

/// <summary>Numbers as tables show them, at most nine characters wide unless they are counts.</summary>
internal static class Numbers
{
    private const double NsPerUs = 1e3, NsPerMs = 1e6, NsPerSecond = 1e9;

    /// <summary>What a reader has to know about <see cref="Time"/>.</summary>
    public const string TimeLegend = "times in µs of virtual time unless a unit stands behind them";

    /// <summary>The same for runs by the host's clock.</summary>
    public const string RealTimeLegend = "times in µs of real time unless a unit stands behind them";

    /// <summary>Microseconds to the nanosecond; from 10 ms on in a unit that is named.</summary>
    public static string Time(long ns) => ns switch
    {
        < 10_000_000 => Text($"{ns / NsPerUs:#,##0.000}"),
        < 10_000_000_000 => Text($"{ns / NsPerMs:#,##0.0}ms"),
        _ => Text($"{ns / NsPerSecond:#,##0.0}s"),
    };

    /// <summary>A count with thousands separated.</summary>
    public static string Count(long count) => Text($"{count:#,##0}");

    /// <summary>A number as the command line takes it.</summary>
    public static string Plain(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>An average.</summary>
    public static string Average(double value) => Text($"{value:#,##0.00}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
