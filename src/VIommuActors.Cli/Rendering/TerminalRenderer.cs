using Spectre.Console;

namespace VIommuActors.Cli.Rendering;

/// <summary>Colours and rules, for a terminal that has them.</summary>
internal sealed class TerminalRenderer(TextWriter output) : IRenderer
{
    // Wide enough that no cell is folded; a narrower terminal wraps lines as it does those of any program.
    private const int WidestTable = 132;

    private readonly IAnsiConsole _console = Create(output);

    /// <summary>A console that writes escape sequences into <paramref name="output"/>.</summary>
    public static IAnsiConsole Create(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        ColorSystem = ColorSystemSupport.Standard,
        Interactive = InteractionSupport.No,
        Out = new AnsiConsoleOutput(output),
    });

    /// <inheritdoc/>
    public void Line(string text = "", Tone tone = Tone.Plain)
    {
        if (tone == Tone.Plain)
        {
            output.WriteLine(text);
        }
        else
        {
            _console.Profile.Width = Math.Max(WidestTable, text.Length + 1);
            _console.Write(new Text(text + "\n", StyleOf(tone)));
        }
    }

    /// <inheritdoc/>
    public void Table(TextTable table)
    {
        _console.Profile.Width = WidestTable;
        var drawn = new Table().Border(TableBorder.Simple);
        foreach (var column in table.Columns)
        {
            var header = new TableColumn(new Text(column.Header, new Style(decoration: Decoration.Bold))).NoWrap().Padding(0, 0, 2, 0);
            drawn.AddColumn(column.IsNumber ? header.RightAligned() : header);
        }
        foreach (var row in table.Rows)
        {
            drawn.AddRow(row.Select(cell => new Text(cell.Text, StyleOf(cell.Tone))));
        }
        _console.Write(drawn);
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Bad => new Style(Color.Red, decoration: Decoration.Bold),
        Tone.Dim => new Style(decoration: Decoration.Dim),
        _ => Style.Plain,
    };
}
