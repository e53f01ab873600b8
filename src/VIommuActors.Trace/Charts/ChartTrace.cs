using System.Collections.Immutable;
using System.Globalization;
using VIommuActors.Trace.Timeline;

namespace VIommuActors.Trace.Charts;

/// <summary>What a violation says of itself.</summary>
/// <param name="Property">Name of what was broken.</param>
/// <param name="At">Index of the event it is about.</param>
/// <param name="Args">What else it says, the steps left out.</param>
/// <param name="Granted">Index of the event that allowed the access; null when none is named.</param>
/// <param name="Revoked">Index of the event by which it was known to be forbidden; null when none is named.</param>
/// <param name="IsVerdict">The trace has no violation, only a verdict at its end.</param>
internal sealed record ChartFinding(
    string Property, int At, ImmutableArray<TraceArgument> Args, int? Granted, int? Revoked, bool IsVerdict);

/// <summary>A message that did not go as sent.</summary>
/// <param name="Kind">lost, doubled, delayed, reordered or crashed.</param>
/// <param name="Message">Name of the message; may be empty.</param>
/// <param name="From">Its sender, if it is no step of its own because it never arrived; else null.</param>
/// <param name="To">Its receiver, in the same case.</param>
internal sealed record ChartFault(string Kind, string Message, string? From, string? To)
{
    /// <summary>True when the step it belongs to was not handled by its receiver.</summary>
    public bool IsUnhandled => Kind is "lost" or "delayed" or "reordered";
}

/// <summary>The lines of a trace, indexed: events by step, notes by the event they were made at.</summary>
internal sealed class ChartTrace
{
    private const string Wire = "wire", WorkBegins = "work-begins", Violated = "violation", Verdict = "verdict";
    private static readonly string[] FaultKinds = ["lost", "doubled", "delayed", "reordered", "crashed"];

    private readonly List<TraceEvent> _events = [];
    private readonly Dictionary<long, int> _byStep = [];
    private readonly Dictionary<int, List<TraceNote>> _notes = [];
    private readonly Dictionary<int, List<ChartFault>> _faults = [];
    private readonly Dictionary<int, List<TraceNote>> _others = [];
    private readonly List<(TraceNote Note, int At)> _violations = [];
    private readonly Dictionary<string, List<string>> _homes = new(StringComparer.Ordinal);
    private (TraceNote Note, int At)? _verdict;

    private ChartTrace()
    {
    }

    public IReadOnlyList<TraceEvent> Events => _events;

    /// <summary>True when the trace tells where participants lived.</summary>
    public bool HasHomes => _homes.Count > 0;

    /// <summary>
    /// The nodes that a participant lived on, one after the other; empty when the trace does not tell, as that of one process does not.
    /// </summary>
    public IReadOnlyList<string> HomesOf(string participant) => _homes.TryGetValue(participant, out var homes) ? homes : [];

    /// <summary>Index of the first event that is no start-up; 0 when the trace does not tell.</summary>
    public int FirstWork { get; private set; }

    /// <summary>The violation that is charted.</summary>
    public ChartFinding? Finding { get; private set; }

    /// <summary>Which one it is, from 1.</summary>
    public int FindingNumber { get; private set; }

    public int Violations { get; private set; }

    public static ChartTrace Read(IEnumerable<TraceLine> lines, ChartOptions options)
    {
        var trace = new ChartTrace();
        foreach (var line in lines)
        {
            switch (line)
            {
                case TraceEvent step:
                    trace.Add(step, options.FileName);
                    break;
                case TraceNote note:
                    trace.Add(note);
                    break;
            }
        }

        trace.Choose(options.Violation);
        return trace;
    }

    /// <summary>Index of the event with this step number; null when there is none.</summary>
    public int? IndexOf(long? step) => step is { } number && _byStep.TryGetValue(number, out var index) ? index : null;

    /// <summary>Index of the event that sent this one; null when it came from outside.</summary>
    public int? CauseOf(int index) => IndexOf(_events[index].Cause);

    /// <summary>Remarks made at an event that are nothing else that a chart knows.</summary>
    public IReadOnlyList<TraceNote> NotesAt(int index) => _notes.TryGetValue(index, out var notes) ? notes : [];

    public IReadOnlyList<ChartFault> FaultsAt(int index) => _faults.TryGetValue(index, out var faults) ? faults : [];

    /// <summary>Events at which a message did not go as sent, in their order.</summary>
    public IEnumerable<int> FaultyEvents => _faults.Keys.Order();

    /// <summary>True when the receiver never saw the message of this event: it was lost on the way, or put off.</summary>
    public bool IsUnhandled(int index)
    {
        foreach (var fault in FaultsAt(index))
        {
            if (fault.To is null && fault.IsUnhandled)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Violations other than the charted one, at an event.</summary>
    public IReadOnlyList<TraceNote> OtherViolationsAt(int index) => _others.TryGetValue(index, out var notes) ? notes : [];

    /// <summary>What a note calls the property that was broken.</summary>
    public static string PropertyOf(TraceNote note) => Text(note, "property") ?? note.Name;

    private static string? Text(TraceNote note, string name)
    {
        foreach (var arg in note.Args)
        {
            if (arg.Name == name && arg.Kind == TraceValueKind.Text)
            {
                return arg.Text;
            }
        }

        return null;
    }

    private void Add(TraceEvent step, string file)
    {
        if (_events.Count > 0 && step.Step <= _events[^1].Step)
        {
            throw Error(file, step, "step", $"{step.Step} after step {_events[^1].Step}; the steps of a trace rise.");
        }

        if (step.Cause is { } cause && cause >= step.Step)
        {
            throw Error(file, step, "cause", $"step {step.Step} cannot come from step {cause}, which is not before it.");
        }

        if (_events.Count == ChartOptions.MaxSteps)
        {
            throw Error(file, step, null, string.Create(
                CultureInfo.InvariantCulture, $"longer than the {ChartOptions.MaxSteps:N0} steps that a chart takes."));
        }

        _byStep.Add(step.Step, _events.Count);
        _events.Add(step);
    }

    private void Add(TraceNote note)
    {
        var at = _events.Count - 1;
        if (note.Name == Violated)
        {
            _violations.Add((note, at));
        }
        else if (note.Name == Verdict)
        {
            _verdict = (note, at);
        }
        else if (note.Name == WorkBegins)
        {
            FirstWork = FirstWork == 0 ? Math.Max(at, 0) : FirstWork;
        }
        else if (note is { Name: TimelineWords.Lives, By: TimelineWords.ByTimeline or TimelineWords.ByNode })
        {
            if (Text(note, TimelineWords.Party) is not { } party || Text(note, TimelineWords.Node) is not { } home) return;
            if (!_homes.TryGetValue(party, out var homes)) _homes.Add(party, homes = []);
            if (!homes.Contains(home)) homes.Add(home);
        }
        else if (note.By == Wire && FaultKinds.Contains(note.Name))
        {
            ListAt(_faults, at).Add(new ChartFault(note.Name, Text(note, "msg") ?? "", Text(note, "from"), Text(note, "to")));
        }
        else
        {
            ListAt(_notes, at).Add(note);
        }
    }

    private void Choose(int wanted)
    {
        Violations = _violations.Count;
        for (var i = 0; i < Violations; i++)
        {
            if (i != Math.Min(wanted, Violations) - 1)
            {
                ListAt(_others, _violations[i].At).Add(_violations[i].Note);
            }
        }

        if (_violations.Count > 0)
        {
            FindingNumber = Math.Min(wanted, _violations.Count);
            var (note, at) = _violations[FindingNumber - 1];
            Finding = FindingOf(note, at, isVerdict: false);
        }
        else if (_verdict is var (verdict, end) && end >= 0 && Text(verdict, "property") is { } property and not "held")
        {
            (Violations, FindingNumber) = (1, 1);
            Finding = FindingOf(verdict, end, isVerdict: true);
        }
    }

    private ChartFinding? FindingOf(TraceNote note, int at, bool isVerdict)
    {
        // A note names its step; the event above it is meant when there is none of that number.
        at = IndexOf(note.Step) ?? at;
        return at < 0 ? null : new ChartFinding(
            PropertyOf(note), at, [.. note.Args.Where(arg => arg.Name is not ("property" or "grantedAtStep" or "revokedAtStep"))],
            IndexOf(StepArgument(note, "grantedAtStep")), IndexOf(StepArgument(note, "revokedAtStep")), isVerdict);
    }

    private static long? StepArgument(TraceNote note, string name)
    {
        foreach (var arg in note.Args)
        {
            if (arg.Name == name && arg.Kind == TraceValueKind.Number)
            {
                return (long)arg.Bits;
            }
        }

        return null;
    }

    private static TraceFormatException Error(string file, TraceLine line, string? field, string problem) =>
        new(file, line.Line, field, problem);

    private static List<T> ListAt<T>(Dictionary<int, List<T>> lists, int at)
    {
        if (!lists.TryGetValue(at, out var list))
        {
            lists.Add(at, list = []);
        }

        return list;
    }
}
