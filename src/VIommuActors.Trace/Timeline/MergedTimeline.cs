using System.Collections.Immutable;
using System.Globalization;

namespace VIommuActors.Trace.Timeline;

/// <summary>
/// The traces of a machine's halves as one trace of the usual form, ordered by happens-before. The same files give the same bytes, in
/// whatever order they are given.
/// </summary>
/// <remarks>
/// Causes across processes and the steps that violations name are those of the merged order; times are on the hypervisor's clock and
/// never fall. What is missing, because a process was killed or its trace reached its bound, is said in notes and in <see cref="Gaps"/>.
/// A merged trace is the record of a run in real time: it can be charted, and not be done again.
/// </remarks>
public sealed class MergedTimeline
{
    private static readonly string[] StepArguments = ["grantedAtStep", "revokedAtStep"];

    private readonly ImmutableArray<HalfTrace> _halves;
    private readonly TimelineOrder _order;

    private MergedTimeline(ImmutableArray<HalfTrace> halves)
    {
        _halves = halves;
        _order = TimelineOrder.Of(halves);
        Gaps = GapsOf();
    }

    /// <summary>The halves by process.</summary>
    public ImmutableArray<HalfTrace> Halves => _halves;

    /// <summary>The run's name.</summary>
    public string Run => _halves[0].Run;

    /// <summary>Number of the machine.</summary>
    public int Machine => _halves[0].Machine;

    /// <summary>First line of the merged trace.</summary>
    public TraceHeader Header => _halves[0].Header;

    /// <summary>The steps in order; the number of a step in the merged trace is its index and 1.</summary>
    public IReadOnlyList<TimelineStep> Steps => _order.Steps;

    /// <summary>Messages between halves whose sending and arrival are both there.</summary>
    public int Crossings => _order.Crossings;

    /// <summary>Notes of violations.</summary>
    public int Violations => _halves.Sum(half => half.Steps.Sum(step => step.Notes.Count(note => note.Name == "violation")));

    /// <summary>What is not there, a sentence each.</summary>
    public ImmutableArray<string> Gaps { get; }

    /// <summary>Merges.</summary>
    /// <exception cref="TraceFormatException">
    /// The files are not of one machine of one run, or contradict each other; the message names file and line.
    /// </exception>
    /// <exception cref="ArgumentException">There is no file.</exception>
    public static MergedTimeline Merge(IEnumerable<HalfTrace> halves)
    {
        var ordered = halves.OrderBy(half => half.Process).ThenBy(half => half.File, StringComparer.Ordinal).ToImmutableArray();
        if (ordered.IsEmpty) throw new ArgumentException("there is nothing to merge", nameof(halves));
        var first = ordered[0];
        for (var i = 1; i < ordered.Length; i++)
        {
            var half = ordered[i];
            if (half.Run != first.Run || half.Machine != first.Machine || half.Header with { Tool = first.Header.Tool } != first.Header)
            {
                throw half.Error(2, TimelineWords.Machine, string.Create(
                    CultureInfo.InvariantCulture,
                    $"machine {half.Machine} of run {half.Run}, where {first.File} is machine {first.Machine} of run {first.Run}; "
                    + $"the halves of one machine of one run are merged."));
            }
            if (half.Process == ordered[i - 1].Process)
            {
                throw half.Error(2, TimelineWords.Process, string.Create(
                    CultureInfo.InvariantCulture, $"{ordered[i - 1].File} is process {half.Process} as well."));
            }
        }
        return new MergedTimeline(ordered);
    }

    /// <summary>Writes the merged trace.</summary>
    /// <returns>Its SHA-256.</returns>
    public string Write(Stream stream)
    {
        using var writer = new TraceWriter(stream, Header);
        Head(writer);
        var indices = _halves.Index().ToDictionary(one => one.Item.Process, one => one.Index);
        for (var i = 0; i < Steps.Count; i++)
        {
            var merged = Steps[i];
            var half = indices[merged.Process];
            var step = _halves[half].Steps[(int)merged.Step - 1];
            var (at, number) = (step.At, i + 1L);
            var message = new RecordedRemark(at.Message, at.Args);
            writer.Event(new TraceStep(
                number, merged.TimeNs, at.To, at.From, at.Kind, message, merged.Cause, at.Enabled, at.Chosen));
            foreach (var note in step.Notes)
            {
                var within = note.TimeNs - at.TimeNs;
                writer.Note(number, merged.TimeNs + Math.Max(0, within), note.By, new RecordedRemark(note.Name, Mapped(note, half)));
            }
        }
        return writer.Complete();
    }

    private void Head(TraceWriter writer)
    {
        writer.Note(0, 0, TimelineWords.ByTimeline, new RecordedRemark(TimelineWords.Timeline,
        [
            RecordedRemark.Text(TimelineWords.Run, Run), RecordedRemark.Number(TimelineWords.Machine, Machine),
            RecordedRemark.Number("halves", _halves.Length), RecordedRemark.Number("steps", Steps.Count),
        ]));
        var told = new HashSet<(string, string)>();
        foreach (var half in _halves)
        {
            foreach (var lives in half.Lives.Where(told.Add))
            {
                writer.Note(0, 0, TimelineWords.ByTimeline, new RecordedRemark(TimelineWords.Lives,
                [
                    RecordedRemark.Text(TimelineWords.Party, lives.Party), RecordedRemark.Text(TimelineWords.Node, lives.Node),
                    RecordedRemark.Number(TimelineWords.Process, half.Process),
                ]));
            }
        }
        foreach (var gap in Gaps)
        {
            var what = RecordedRemark.Text(TimelineWords.What, gap);
            writer.Note(0, 0, TimelineWords.ByTimeline, new RecordedRemark(TimelineWords.Gap, [what]));
        }
    }

    private ImmutableArray<TraceArgument> Mapped(TraceNote note, int half) =>
    [
        .. note.Args.Select(arg => arg.Kind == TraceValueKind.Number && StepArguments.Contains(arg.Name)
            ? RecordedRemark.Number(arg.Name, _order.NumberOf(half, (long)arg.Bits))
            : arg),
    ];

    private ImmutableArray<string> GapsOf()
    {
        var gaps = ImmutableArray.CreateBuilder<string>();
        var culture = CultureInfo.InvariantCulture;
        if (_halves[0].Process != 0) gaps.Add("the hypervisor half's trace is missing: its steps, its judge and its clock");
        foreach (var half in _halves)
        {
            var whose = half.Process == 0 ? "the hypervisor half" : string.Create(culture, $"the device model of session {half.Process}");
            if (half.IsStopped) gaps.Add(string.Create(culture, $"{whose} went on after the {half.Count} steps that its trace has"));
            else if (!half.IsWhole)
            {
                var torn = half.IsCutOff ? "; its last line is torn" : "";
                gaps.Add($"{whose} was killed while it wrote{torn}: its last steps may be missing");
            }
        }
        foreach (var (process, count) in _order.Unknown)
        {
            var how = _halves.Any(half => half.Process == process) ? "in steps that its trace no longer has" : "whose trace is missing";
            gaps.Add(string.Create(culture, $"{count} messages came from process {process}, {how}"));
        }
        return gaps.ToImmutable();
    }
}
