using System.Collections.Immutable;
using System.Globalization;

namespace VIommuActors.Trace.Timeline;

/// <summary>What one process wrote of one machine: a trace that begins with a note <see cref="TimelineWords.Half"/>.</summary>
/// <remarks>A process can be killed while it writes: a last line without its end is left out.</remarks>
public sealed class HalfTrace
{
    /// <summary>Lines of the longest file that is read.</summary>
    public const int MostLines = 2_000_000;

    private readonly List<HalfStep> _steps = [];
    private readonly List<(string Party, string Node)> _lives = [];

    private HalfTrace(string file, TraceHeader header, TraceNote half)
    {
        (File, Header) = (file, header);
        Run = TextOf(half, TimelineWords.Run);
        Node = TextOf(half, TimelineWords.Node);
        Machine = (int)NumberOf(half, TimelineWords.Machine);
        Process = (int)NumberOf(half, TimelineWords.Process);
        BeganNs = half.TimeNs;
        UnixNs = (long)Find(half, TimelineWords.UnixNs, TraceValueKind.Hex).Bits;
    }

    /// <summary>Name of the file.</summary>
    public string File { get; }

    /// <summary>Its first line.</summary>
    public TraceHeader Header { get; }

    /// <summary>The run's name.</summary>
    public string Run { get; }

    /// <summary>Number of the machine.</summary>
    public int Machine { get; }

    /// <summary>0 the hypervisor half, n the device model of session n.</summary>
    public int Process { get; }

    /// <summary>The node that it lived on.</summary>
    public string Node { get; }

    /// <summary>How many steps there are.</summary>
    public int Count => _steps.Count;

    /// <summary>True when the last line had no end.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>True when the half came to its end, and everything it did is here.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>True when the half went on without being recorded.</summary>
    public bool IsStopped { get; private set; }

    internal long BeganNs { get; }

    internal long UnixNs { get; }

    internal IReadOnlyList<HalfStep> Steps => _steps;

    internal IReadOnlyList<(string Party, string Node)> Lives => _lives;

    /// <summary>Reads a file to its end.</summary>
    /// <param name="stream">Stays open and the caller's.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="TraceFormatException">It is not the trace of a half, or its steps are not numbered 1, 2, 3 ….</exception>
    public static HalfTrace Read(Stream stream, string file)
    {
        var reader = new TraceReader(stream, file, mayBeCutOff: true);
        if (reader.Read() is not TraceNote { Name: TimelineWords.Half } half)
            throw new TraceFormatException(file, 2, "note", $"a half's trace begins with a note \"{TimelineWords.Half}\"; there is none.");
        var trace = new HalfTrace(file, reader.Header, half);
        trace.ReadLines(reader);
        trace.IsCutOff = reader.IsCutOff;
        return trace;
    }

    internal TraceFormatException Error(int line, string? field, string problem) => new(File, line, field, problem);

    private void ReadLines(TraceReader reader)
    {
        HalfArrival? arrival = null;
        while (reader.Read() is { } line)
        {
            if (line.Line > MostLines)
                throw Error(line.Line, null, string.Create(CultureInfo.InvariantCulture, $"longer than {MostLines} lines."));
            if (line is TraceEvent step)
            {
                Add(step, arrival);
                arrival = null;
                continue;
            }
            var note = (TraceNote)line;
            switch (note.Name)
            {
                case TimelineWords.Lives when note.By == TimelineWords.ByNode:
                    _lives.Add((TextOf(note, TimelineWords.Party), TextOf(note, TimelineWords.Node)));
                    break;
                case TimelineWords.Arrived when note.By == TimelineWords.ByLink:
                    arrival = ArrivalOf(note);
                    break;
                case TimelineWords.Stopped when note.By == TimelineWords.ByNode:
                    IsStopped = true;
                    break;
                case TimelineWords.Ended when note.By == TimelineWords.ByNode:
                    IsWhole = !IsStopped;
                    break;
                default:
                    if (_steps.Count > 0) _steps[^1].Notes.Add(note);
                    break;
            }
        }
    }

    private void Add(TraceEvent step, HalfArrival? arrival)
    {
        if (step.Step != _steps.Count + 1)
        {
            throw Error(step.Line, "step", string.Create(
                CultureInfo.InvariantCulture, $"{step.Step} after {_steps.Count} steps; the steps of a half are numbered without gaps."));
        }
        if (step.Cause is { } cause && (cause < 1 || cause >= step.Step))
        {
            throw Error(step.Line, "cause", string.Create(
                CultureInfo.InvariantCulture, $"step {step.Step} cannot come from step {cause}, which is not before it."));
        }
        _steps.Add(new HalfStep(step, arrival));
    }

    private HalfArrival ArrivalOf(TraceNote note)
    {
        if (!ClockText.TryParse(TextOf(note, TimelineWords.Clock), out var clock))
            throw Error(note.Line, TimelineWords.Clock, "not a vector clock.");
        var (process, step) = ((int)NumberOf(note, TimelineWords.Process), NumberOf(note, TimelineWords.Step));
        var isTold = clock.Any(entry => entry.Process == process && entry.Count == step);
        return isTold && process != Process && step >= 1
            ? new HalfArrival(note.Line, process, step, clock)
            : throw Error(note.Line, TimelineWords.Clock, "the clock does not say what the note says.");
    }

    private TraceArgument Find(TraceNote note, string name, TraceValueKind kind)
    {
        foreach (var arg in note.Args)
        {
            if (arg.Name == name && arg.Kind == kind) return arg;
        }
        throw Error(note.Line, name, "missing, or not of its type.");
    }

    private string TextOf(TraceNote note, string name) => Find(note, name, TraceValueKind.Text).Text!;

    private long NumberOf(TraceNote note, string name)
    {
        var number = (long)Find(note, name, TraceValueKind.Number).Bits;
        return number is >= 0 and <= int.MaxValue ? number : throw Error(note.Line, name, "out of range.");
    }
}
