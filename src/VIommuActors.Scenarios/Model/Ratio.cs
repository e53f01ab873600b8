using System.Globalization;

namespace VIommuActors.Scenarios.Model;

/// <summary>A probability or factor written as a ratio, never as a float.</summary>
/// <param name="Numerator">At least 0.</param>
/// <param name="Denominator">At least 1 in every ratio that a loader returns.</param>
public readonly record struct Ratio(long Numerator, long Denominator)
{
    /// <summary>0/1.</summary>
    public static Ratio Zero => new(0, 1);

    /// <summary>True when the ratio is zero.</summary>
    public bool IsZero => Numerator == 0;

    /// <summary>The ratio as it is written in a scenario: <c>3/100</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
