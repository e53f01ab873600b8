using System.Globalization;

namespace VIommuActors.Benchmarks.Bars;

/// <summary>Which side of a bar is the good one.</summary>
public enum Side
{
    /// <summary>No bar: a figure to read.</summary>
    None,

    /// <summary>The figure must not exceed the bar.</summary>
    AtMost,

    /// <summary>The figure must reach the bar.</summary>
    AtLeast,
}

/// <summary>One line of the table: what was measured in this run, and what it must keep to.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Value">The figure.</param>
/// <param name="Unit">Its unit; <c>x</c> for a ratio.</param>
/// <param name="Side">Which way the bar holds.</param>
/// <param name="Limit">The bar.</param>
/// <param name="Note">The two sides of a ratio, or where a figure comes from.</param>
public sealed record Bar(string Name, double Value, string Unit, Side Side, double Limit, string Note)
{
    /// <summary>True when the bar holds, or there is none.</summary>
    public bool Holds => Side switch
    {
        Side.AtMost => Value <= Limit,
        Side.AtLeast => Value >= Limit,
        _ => true,
    };

    /// <summary>A figure without a bar.</summary>
    public static Bar Figure(string name, double value, string unit, string note) => new(name, value, unit, Side.None, 0, note);

    /// <summary>A line of the table.</summary>
    public string Line()
    {
        var bar = Side switch
        {
            Side.AtMost => "<= " + Number(Limit),
            Side.AtLeast => ">= " + Number(Limit),
            _ => "",
        };
        var verdict = Side == Side.None ? "" : Holds ? "pass" : "FAIL";
        return $"{Name,-42} {Number(Value) + " " + Unit,18} {bar,14}  {verdict,-4}  {Note}".TrimEnd();
    }

    private static string Number(double value) =>
        value.ToString(Math.Abs(value) >= 1000 ? "#,0" : Math.Abs(value) >= 10 ? "0.0" : "0.##", CultureInfo.InvariantCulture);
}
