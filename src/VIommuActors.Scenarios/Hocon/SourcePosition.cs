using System.Globalization;

namespace VIommuActors.Scenarios.Hocon;

/// <summary>A place in a source. Lines and columns count from 1; 0 means the source as a whole.</summary>
internal readonly record struct SourcePosition(SourceFile Source, int Line, int Column)
{
    public override string ToString() =>
        Line == 0 ? Source.Display : string.Create(CultureInfo.InvariantCulture, $"{Source.Display}:{Line}");
}
