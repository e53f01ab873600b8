namespace VIommuActors.Cli.Rendering;

/// <summary>Puts results in front of a person.</summary>
internal interface IRenderer
{
    /// <summary>A line of text.</summary>
    void Line(string text = "", Tone tone = Tone.Plain);

    /// <summary>A table.</summary>
    void Table(TextTable table);
}
