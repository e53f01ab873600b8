using System.Globalization;
using System.Text;

namespace VIommuActors.Scenarios.Hocon;

/// <summary>A place in a source. Lines and columns count from 1; 0 means the source as a whole.</summary>
internal readonly record struct SourcePosition(SourceFile Source, int Line, int Column)
{
    /// <summary>An error at this place.</summary>
    /// <remarks>Keys, values and file names come from outside: no control character of theirs may reach a terminal.</remarks>
    public ScenarioError Error(string key, string value, string message, string accepted) => new(
        Printable(Source.Display), Source.HasLines ? Line : 0, Source.HasLines ? Column : 0,
        Printable(key), Printable(value), Printable(message), Printable(accepted));

    public override string ToString() =>
        Line == 0 || !Source.HasLines ? Source.Display : string.Create(CultureInfo.InvariantCulture, $"{Source.Display}:{Line}");

    private static string Printable(string text) => text.Any(c => char.IsControl(c) || char.IsSurrogate(c))
        ? string.Concat(text.EnumerateRunes().Select(r => Rune.IsControl(r) ? Rune.ReplacementChar : r))
        : text;
}
