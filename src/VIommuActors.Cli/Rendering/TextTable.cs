using System.Collections.Immutable;

namespace VIommuActors.Cli.Rendering;

/// <summary>How a cell is meant; a colour on a terminal, nothing elsewhere: the words carry the meaning.</summary>
internal enum Tone
{
    /// <summary>As it is.</summary>
    Plain,

    /// <summary>Good news.</summary>
    Good,

    /// <summary>Bad news.</summary>
    Bad,

    /// <summary>Of less interest.</summary>
    Dim,
}

/// <summary>A text with a meaning.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    /// <summary>A plain cell.</summary>
    public static implicit operator Cell(string text) => new(text);
}

/// <summary>A column.</summary>
/// <param name="Header">May have several lines; they stand on the same lines as the last ones of the other headers.</param>
/// <param name="IsNumber">Numbers stand flush right.</param>
internal readonly record struct Column(string Header, bool IsNumber = true);

/// <summary>
/// A table to be shown by an <see cref="IRenderer"/>. Its last rows may have fewer cells than there are columns: such a row ends in
/// a remark that runs over the columns to its right.
/// </summary>
internal sealed record TextTable(ImmutableArray<Column> Columns, ImmutableArray<ImmutableArray<Cell>> Rows)
{
    /// <summary>Lines of the highest header.</summary>
    public int HeaderHeight => Columns.Max(column => column.Header.Split('\n').Length);

    /// <summary>Lines of a header, empty ones on top so that all end on the same line.</summary>
    public string[] HeaderLines(Column column)
    {
        var lines = column.Header.Split('\n');
        return [.. Enumerable.Repeat("", HeaderHeight - lines.Length), .. lines];
    }

    /// <summary>Characters that a column needs. Remarks are not counted.</summary>
    public int WidthOf(int column) => Math.Max(
        HeaderLines(Columns[column]).Max(line => line.Length),
        Rows.Where(row => row.Length == Columns.Length || column < row.Length - 1)
            .Select(row => row[column].Text.Length).DefaultIfEmpty().Max());
}
