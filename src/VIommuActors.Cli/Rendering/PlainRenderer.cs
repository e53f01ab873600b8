using System.Text;

namespace VIommuActors.Cli.Rendering;

/// <summary>Characters and spaces only: what files, pipes and mails get. No line ends in a space.</summary>
internal sealed class PlainRenderer(TextWriter output) : IRenderer
{
    private const int Widest = 100;
    private const string Gap = "  ", NarrowGap = " ";

    /// <inheritdoc/>
    public void Line(string text = "", Tone tone = Tone.Plain) => output.WriteLine(text);

    /// <inheritdoc/>
    public void Table(TextTable table)
    {
        var headers = table.Columns.Select(table.HeaderLines).ToArray();
        var widths = table.Columns.Select((_, i) => table.WidthOf(i)).ToArray();
        var gap = widths.Sum() + (Gap.Length * (widths.Length - 1)) <= Widest ? Gap : NarrowGap;
        for (var line = 0; line < table.HeaderHeight; line++)
        {
            Row(table, widths, gap, headers.Select(lines => lines[line]));
        }
        foreach (var row in table.Rows)
        {
            Row(table, widths, gap, row.Select(cell => cell.Text));
        }
    }

    private void Row(TextTable table, int[] widths, string gap, IEnumerable<string> cells)
    {
        var (text, i) = (new StringBuilder(), 0);
        var all = cells.ToArray();
        foreach (var cell in all)
        {
            var isRemark = i == all.Length - 1 && all.Length < widths.Length;
            text.Append(i > 0 ? gap : "");
            text.Append(!isRemark && table.Columns[i].IsNumber ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            i++;
        }
        output.WriteLine(text.ToString().TrimEnd());
    }
}
