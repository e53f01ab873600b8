using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using VIommuActors.Cli.Exploring;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Running;
using VIommuActors.Experiments.Charting;
using VIommuActors.Trace;
using VIommuActors.Trace.Charts;

namespace VIommuActors.Cli.Verbs;

/// <summary><c>viommu chart</c>: a trace as a picture, and why it ended as it did.</summary>
internal sealed class ChartVerb : Verb
{
    private const string Schema = "viommu.chart/1";
    private const string TextFormat = "text", Mermaid = "mermaid", Svg = "svg";
    private const int FewestRows = 8, MostRows = 10_000;

    private readonly Argument<string> _trace = new("TRACE") { Description = "A trace.jsonl of `viommu run` or `viommu explore`" };
    private readonly Option<string> _format = new("--format")
    {
        Description = "text (76 columns, with the explanation), mermaid or svg",
        HelpName = "F",
        DefaultValueFactory = _ => TextFormat,
    };
    private readonly Option<string?> _out = new("--out") { Description = "Write the chart to a file instead of stdout", HelpName = "FILE" };
    private readonly Option<string> _violation = new("--violation")
    {
        Description = "Which violation of the trace, from 1",
        HelpName = "N",
        DefaultValueFactory = _ => "1",
    };
    private readonly Option<string?> _rows = new("--rows") { Description = "Most rows; the rest is folded", HelpName = "N" };

    /// <summary>Declares it.</summary>
    public ChartVerb(ToolHost host)
        : base(host, "chart", "Draw the messages of a trace and explain its violation")
    {
        Add(_trace);
        Add(_format);
        Add(_out);
        Add(_violation);
        Add(_rows);
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu chart /tmp/race/trace.jsonl",
        "viommu chart /tmp/race/trace.jsonl --format svg --out race.svg",
        "viommu chart runs/stale-dma/latest/trace.jsonl --violation 2 --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var (path, format) = (parse.GetValue(_trace)!, parse.GetValue(_format)!);
        if (format is not (TextFormat or Mermaid or Svg))
        {
            throw ToolException.Usage("--format", format, "there is no such format", $"{TextFormat}, {Mermaid}, {Svg}");
        }
        var violation = NumberOf("--violation", parse.GetValue(_violation)!, 1, ChartOptions.MaxSteps);
        var options = MachineChart.Options with { FileName = path, Violation = violation };
        if (parse.GetValue(_rows) is { } rows)
        {
            var bound = NumberOf("--rows", rows, FewestRows, MostRows);
            options = options with { MaxRows = bound, MaxSvgRows = bound };
        }
        var (header, chart) = RecordedTrace.Read(
            path, reader => (reader.Header, SequenceChart.From(reader.Header, Lines(reader), options)));
        var most = Math.Max(1, chart.Violations);
        if (violation > most)
        {
            throw ToolException.Usage(
                "--violation", parse.GetValue(_violation)!, "the trace has no such violation", $"1 to {Numbers.Count(most)}");
        }
        var drawing = format switch
        {
            Mermaid => chart.ToMermaid(),
            Svg => chart.ToSvg(),
            _ => chart.ToText(),
        };
        var file = parse.GetValue(_out);
        var result = format == TextFormat ? chart.ToReport() : drawing;
        if (file is not null)
        {
            Keep(file, result);
        }
        if (session.IsJson)
        {
            session.Out.Write(Json(path, header, chart, format, drawing, file));
        }
        else if (session.IsQuiet)
        {
            session.Renderer.Line(chart.Explain() is [var verdict, ..] ? verdict : "nothing was violated");
        }
        else if (file is not null)
        {
            session.Renderer.Line($"{format} chart in {file}");
        }
        else
        {
            session.Out.Write(result);
        }
        return ExitCode.AsExpected;
    }

    // Line by line: a file far beyond what a chart takes is refused before it fills the memory.
    private static IEnumerable<TraceLine> Lines(TraceReader reader)
    {
        while (reader.Read() is { } line)
        {
            yield return line;
        }
    }

    private static int NumberOf(string option, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw ToolException.Usage(option, text, "not a number in its range", $"{Numbers.Count(least)} to {Numbers.Count(most)}");

    private static void Keep(string file, string text)
    {
        try
        {
            AtomicFile.Write(file, stream =>
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                return true;
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ToolException.Environment(file, $"the chart cannot be written here: {e.Message}");
        }
    }

    private static string Json(string path, TraceHeader header, SequenceChart chart, string format, string drawing, string? file) =>
        JsonDocuments.Text(Schema, writer =>
        {
            writer.WriteString("traceFile", path);
            writer.WriteString("scenario", header.Scenario);
            writer.WriteString("protocol", header.Protocol);
            writer.WriteNumber("seed", header.Seed);
            writer.WriteString("property", chart.Property);
            writer.WriteNumber("violations", chart.Violations);
            writer.WriteString("format", format);
            writer.WriteString("chart", drawing);
            writer.WriteStartArray("explanation");
            foreach (var sentence in chart.Explain())
            {
                writer.WriteStringValue(sentence);
            }
            writer.WriteEndArray();
            writer.WriteString("file", file);
        });
}
