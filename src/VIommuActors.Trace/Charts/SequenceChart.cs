namespace VIommuActors.Trace.Charts;

/// <summary>
/// A trace as a sequence chart: a lifeline for each participant, a row for each delivered message. The step that a note <c>violation</c>
/// (or a <c>verdict</c> other than <c>held</c>) is about is marked, and so are the steps that it names as <c>grantedAtStep</c> and
/// <c>revokedAtStep</c>, and messages that a note of <c>wire</c> calls lost, doubled, delayed, reordered or crashed. What comes before
/// the first note <c>work-begins</c> is one row, and so are repetitions.
/// </summary>
public sealed class SequenceChart
{
    private const int MostHomes = 3;

    private readonly ChartTrace _trace;
    private readonly ChartChains _chains;
    private readonly ChartOptions _options;
    private readonly string _title;

    private SequenceChart(ChartTrace trace, string title, ChartOptions options)
    {
        (_trace, _title, _options) = (trace, title, options);
        _chains = new ChartChains(trace, options);
    }

    /// <summary>The property that was violated; null when the trace tells of no violation.</summary>
    public string? Property => _trace.Finding?.Property;

    /// <summary>How many violations the trace tells of; <see cref="ChartOptions.Violation"/> says which one is charted.</summary>
    public int Violations => _trace.Violations;

    /// <summary>Draws a trace.</summary>
    /// <param name="header">Its first line, for the title; null for a trace without one.</param>
    /// <param name="lines">Its other lines in their order, as <see cref="TraceReader.ReadToEnd"/> gives them.</param>
    /// <param name="options">Bounds and words; null for the defaults.</param>
    /// <exception cref="TraceFormatException">
    /// Steps do not rise, a step is caused by a later one, or there are more than <see cref="ChartOptions.MaxSteps"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound of the options is out of range.</exception>
    public static SequenceChart From(TraceHeader? header, IEnumerable<TraceLine> lines, ChartOptions? options = null)
    {
        options ??= new ChartOptions();
        options.Check();
        var trace = ChartTrace.Read(lines, options);
        var title = options.Title ?? (header is null ? "" : TitleOf(header));
        return new SequenceChart(trace, title, options with { About = name => About(trace, options, name) });
    }

    /// <summary>Plain ASCII of at most 76 columns, each line ended by a line feed: what a mail can carry.</summary>
    public string ToText() => TextChart.Draw(View(_options.MaxRows));

    /// <summary>A Mermaid <c>sequenceDiagram</c> that stays below the 50,000 characters that Mermaid takes.</summary>
    public string ToMermaid()
    {
        for (var rows = _options.MaxRows; ; rows /= 2)
        {
            var text = MermaidChart.Draw(View(rows), _trace.HasHomes);
            if (text.Length <= MermaidChart.MaxLength || rows <= 8)
            {
                return text;
            }
        }
    }

    /// <summary>An SVG document that needs nothing else: no script, no font, readable on light and on dark ground.</summary>
    public string ToSvg() => SvgChart.Draw(View(_options.MaxSvgRows));

    /// <summary>
    /// The shortest chain of causes that ends in the violation, a sentence for each step; between them sentences that end in a colon
    /// say what follows. Empty when nothing was violated.
    /// </summary>
    public IReadOnlyList<string> Explain() => ChartExplanation.Of(_trace, _chains, _options);

    /// <summary>The text chart followed by the explanation, of at most 76 columns too.</summary>
    public string ToReport()
    {
        var sentences = Explain();
        return sentences.Count == 0 ? ToText() : $"{ToText()}\n{TextChart.Wrapped(sentences)}";
    }

    /// <summary>What a participant is, and where it lived when the trace tells of several nodes.</summary>
    private static string? About(ChartTrace trace, ChartOptions options, string participant)
    {
        var (about, homes) = (options.About?.Invoke(participant), trace.HomesOf(participant));
        if (homes.Count == 0) return about;
        var where = homes.Count <= MostHomes
            ? $"on {string.Join(", then ", homes)}"
            : $"on {string.Join(", then ", homes.Take(MostHomes))} and {homes.Count - MostHomes} more";
        return about is null ? where : $"{about} {where}";
    }

    private static string TitleOf(TraceHeader header)
    {
        var by = header.Search is { } search ? $", found by {search.Strategy}" : "";
        return $"{header.Protocol} in {header.Scenario}, seed 0x{header.Seed:x}{by}";
    }

    private ChartView View(int maxRows) => ChartView.Of(_trace, _chains, _title, maxRows, _options);
}
