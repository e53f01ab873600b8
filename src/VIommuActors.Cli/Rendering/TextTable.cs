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
/// A table to be shown by an <see cref="IRenderer"/>. A row with fewer cells than there are columns ends in a remark that may run
/// over the columns to its right.
/// </summary>
internal sealed record TextTable(ImmutableArray<Column> Columns, ImmutableArray<ImmutableArray<Cell>> Rows);
