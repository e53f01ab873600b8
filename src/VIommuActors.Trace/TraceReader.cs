using System.Collections.Immutable;
using System.Text.Json;

namespace VIommuActors.Trace;

/// <summary>
/// Reads a trace back. Strict: every field must be there once, with its type, and no other; a file that was cut off is refused, unless
/// the reader was told that its writer may have been killed.
/// </summary>
public sealed class TraceReader
{
    private readonly LineSplitter _lines;
    private readonly string _file;
    private readonly bool _mayBeCutOff;
    private int _line;

    /// <summary>Reads the header.</summary>
    /// <param name="stream">Stays open and the caller's.</param>
    /// <param name="fileName">For error messages.</param>
    /// <param name="maxLineBytes">Longest line taken; a longer one is an error, not memory.</param>
    /// <param name="mayBeCutOff">A last line without its end is left out, and <see cref="IsCutOff"/> says so.</param>
    /// <exception cref="TraceFormatException">There is no header, or it is of another schema.</exception>
    public TraceReader(
        Stream stream, string fileName, int maxLineBytes = TraceSchema.DefaultMaxLineBytes, bool mayBeCutOff = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLineBytes, 1);
        (_file, _lines, _mayBeCutOff) = (fileName, new LineSplitter(stream, maxLineBytes), mayBeCutOff);
        Header = ReadHeader();
    }

    /// <summary>The first line.</summary>
    public TraceHeader Header { get; }

    /// <summary>True once a last line without its end was left out.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>The next event or note; null at the end of the file.</summary>
    /// <exception cref="TraceFormatException">The line is not one of a trace.</exception>
    public TraceLine? Read() => NextLine() is { } fields ? fields.Has("note") ? NoteOf(fields) : EventOf(fields) : null;

    /// <summary>All that is left.</summary>
    /// <exception cref="TraceFormatException">A line is not one of a trace.</exception>
    public IReadOnlyList<TraceLine> ReadToEnd()
    {
        var all = new List<TraceLine>();
        while (Read() is { } line)
        {
            all.Add(line);
        }

        return all;
    }

    private TraceHeader ReadHeader()
    {
        var fields = NextLine() ?? throw new TraceFormatException(
            _file, 1, null, $"the file is empty; a trace starts with a header of schema {TraceSchema.Name}.");
        // The schema comes before everything else: fields of another version say nothing about this one.
        var schema = fields.Has("schema")
            ? fields.Text("schema")
            : throw fields.Error("schema", $"missing; a trace starts with a header of schema {TraceSchema.Name}.");
        if (schema != TraceSchema.Name)
        {
            throw fields.Error("schema", $"found \"{schema}\"; this version reads \"{TraceSchema.Name}\".");
        }

        var header = new TraceHeader(
            fields.Text("scenario"), fields.Text("protocol"), fields.Hex("seed"), fields.Text("tool"), SearchOf(fields));
        fields.RefuseOthers();
        return header;
    }

    private static TraceSearch? SearchOf(LineFields fields)
    {
        if (!fields.Has("searched"))
        {
            return null;
        }

        fields.True("searched");
        var search = new TraceSearch(fields.Text("strategy"), fields.Count("faults"), fields.Text("conf"), fields.Counts("choices"))
        {
            FaultKinds = Optional("fault_kinds"),
            FaultsOn = Optional("faults_on"),
            Mutant = Optional("mutant"),
            Stops = fields.Has("stops"),
        };
        if (search.Stops)
        {
            fields.True("stops");
        }

        return search;

        string? Optional(string name) => fields.Has(name) ? fields.Text(name) : null;
    }

    private TraceEvent EventOf(LineFields fields)
    {
        var read = new TraceEvent(
            _line,
            fields.Number("step"),
            fields.Number("t_ns"),
            fields.Text("to"),
            fields.TextOrNull("from"),
            fields.Text("kind"),
            fields.Text("msg"),
            fields.NumberOrNull("cause"),
            fields.Count("enabled"),
            fields.Count("chosen"),
            fields.Args());
        fields.RefuseOthers();
        return read;
    }

    private TraceNote NoteOf(LineFields fields)
    {
        var read = new TraceNote(
            _line, fields.Number("step"), fields.Number("t_ns"), fields.Text("note"), fields.Text("by"), fields.Args());
        fields.RefuseOthers();
        return read;
    }

    private LineFields? NextLine()
    {
        _line++;
        switch (_lines.Next(out var bytes))
        {
            case LineEnd.EndOfFile:
                return null;
            case LineEnd.CutOff when _mayBeCutOff && _line > 1:
                IsCutOff = true;
                return null;
            case LineEnd.CutOff:
                throw new TraceFormatException(_file, _line, null, "the line has no end: the file was cut off here.");
            case LineEnd.TooLong:
                throw new TraceFormatException(_file, _line, null, $"the line is longer than {_lines.MaxBytes} bytes.");
            default:
                break;
        }

        try
        {
            return LineFields.Parse(bytes, _file, _line);
        }
        catch (JsonException e)
        {
            throw new TraceFormatException(_file, _line, null, $"not one JSON object (byte {e.BytePositionInLine}).");
        }
    }
}
