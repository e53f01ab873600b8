using System.Collections.Immutable;
using VIommuActors.Trace;
using VIommuActors.Trace.Charts;

namespace VIommuActors.Trace.Tests.Charts;

/// <summary>A trace that a test tells step by step.</summary>
internal sealed class Story
{
    private readonly List<TraceLine> _lines = [];
    private long _step;

    public IReadOnlyList<TraceLine> Lines => _lines;

    /// <summary>A delivery; its number is returned, so that later ones can name it as their cause.</summary>
    public long Hop(string? from, string to, string message, long? cause = null, long timeNs = 0, params TraceArgument[] args)
    {
        _lines.Add(new TraceEvent(_lines.Count + 2, ++_step, timeNs, to, from, "tell", message, cause, 1, 0, [.. args]));
        return _step;
    }

    public void Note(string name, string by, params TraceArgument[] args) =>
        _lines.Add(new TraceNote(_lines.Count + 2, _step, 0, name, by, [.. args]));

    public void Violation(string property, params (string Name, long Step)[] steps) =>
        Note("violation", "judge", [Text("property", property), .. steps.Select(one => Number(one.Name, one.Step))]);

    public SequenceChart Chart(ChartOptions? options = null) => SequenceChart.From(null, _lines, options);

    public static TraceArgument Text(string name, string value) => new(name, TraceValueKind.Text, 0, value);

    public static TraceArgument Number(string name, long value) => new(name, TraceValueKind.Number, (ulong)value, null);

    public static TraceArgument Hex(string name, ulong value) => new(name, TraceValueKind.Hex, value, null);

    public static TraceArgument Bool(string name, bool value) => new(name, TraceValueKind.Bool, value ? 1UL : 0UL, null);

    /// <summary>A key is lent, its owner takes it back, and the borrower uses it afterwards: two chains that nothing orders.</summary>
    public static Story LateUse(bool borrowerIsTold = false)
    {
        var story = new Story();
        var start = story.Hop(null, "owner", "Start", timeNs: 10);
        var lent = story.Hop("owner", "borrower", "Lend", start, 20, Hex("key", 0x2a), Number("count", 3), Bool("urgent", false));
        var asked = story.Hop("borrower", "desk", "OpenRequest", lent, 30, Hex("key", 0x2a));
        var back = story.Hop("owner", "desk", "TakeBack", start, 40, Hex("key", 0x2a));
        var done = story.Hop("desk", "owner", "TakeBackDone", back, 50);
        var opened = borrowerIsTold
            ? story.Hop("owner", "borrower", "Again", done, 60)
            : story.Hop("desk", "borrower", "OpenReply", asked, 60, Bool("open", true));
        story.Hop("borrower", "safe", "Use", opened, 70, Hex("key", 0x2a));
        story.Note("violation", "judge",
            Text("property", "used-after"), Hex("key", 0x2a), Number("grantedAtStep", start), Number("revokedAtStep", done));
        story.Hop("safe", "borrower", "UseDone", 7, 80);
        return story;
    }
}
