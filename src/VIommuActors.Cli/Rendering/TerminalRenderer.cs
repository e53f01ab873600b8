using Spectre.Console;

namespace VIommuActors.Cli.Rendering;

/// <summary>Colours and rules, for a terminal that has them.</summary>
internal sealed class TerminalRenderer(TextWriter output) : IRenderer
{
    // Wide enough that no cell is folded; a narrower terminal wraps lines as it does those of any program.
    private const int WidestTable = 132, Gap = 2;

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
        var drawn = new Table().Border(TableBorder.None);
        foreach (var column in table.Columns)
        {
            var words = string.Join('\n', table.HeaderLines(column));
            var header = new TableColumn(new Text(words, new Style(decoration: Decoration.Bold))).NoWrap().Padding(0, 0, Gap, 0);
            drawn.AddColumn(column.IsNumber ? header.RightAligned() : header);
        }
        foreach (var row in table.Rows.Where(row => row.Length == table.Columns.Length))
        {
            drawn.AddRow(row.Select(cell => new Text(cell.Text, StyleOf(cell.Tone))));
        }
        _console.Write(drawn);
        foreach (var row in table.Rows.Where(row => row.Length < table.Columns.Length))
        {
            // No column of the library's may run over others: a remark is written below as a line of its own.
            Line(
                string.Concat(row.Select((cell, i) => i == row.Length - 1 ? cell.Text : cell.Text.PadRight(table.WidthOf(i) + Gap))),
                row[^1].Tone);
        }
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Bad => new Style(Color.Red, decoration: Decoration.Bold),
        Tone.Dim => new Style(decoration: Decoration.Dim),
        _ => Style.Plain,
    };
}
