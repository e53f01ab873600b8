using System.Text.RegularExpressions;
using System.Xml.Linq;
using CsCheck;
using VIommuActors.Trace;
using VIommuActors.Trace.Charts;

namespace VIommuActors.Trace.Tests.Charts;

/// <summary>Mermaid and SVG: what other programs read.</summary>
public sealed partial class DrawingTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Mermaid_marks_the_violation_and_names_every_participant()
    {
        var text = Story.LateUse().Chart().ToMermaid();
        Assert.Equal(
            """
            sequenceDiagram
                participant x as outside
                participant p0 as owner
                participant p1 as desk
                participant p2 as borrower
                participant p3 as safe
            """.ReplaceLineEndings("\n"),
            string.Join('\n', text.Split('\n').Take(6)));
        Assert.Contains(
            "    rect rgba(220, 40, 40, 0.3)\n    p2->>p3: 7 (t=70 ns) Use key=0x2a\n    end\n", text, StringComparison.Ordinal);
        Assert.Contains("    Note over p0,p3: ➤ revoked here\n", text, StringComparison.Ordinal);
        Assert.Contains("    Note over p0,p3: VIOLATED used-after at step 7\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_name_and_any_argument_leaves_mermaid_its_syntax_and_svg_well_formed() =>
        Gen.Select(Gen.String[1, 30].Array[1, 9], Gen.Int[0, 1_000_000].Array[0, 60], Gen.String).Sample((names, picks, text) =>
        {
            var story = new Story();
            foreach (var pick in picks)
            {
                story.Hop(
                    pick % 6 == 0 ? null : names[pick % names.Length], names[pick / 5 % names.Length], "end;" + text, null, pick,
                    Story.Text("a", "#<script>&\"" + text));
                if (pick % 4 == 0)
                {
                    story.Note("lost", "wire", Story.Text("msg", text));
                }
            }

            story.Violation(text);
            var chart = SequenceChart.From(Samples.Header with { Scenario = text }, story.Lines);
            AssertMermaid(chart.ToMermaid());
            var svg = XDocument.Parse(chart.ToSvg());
            Assert.Equal(Svg + "svg", svg.Root!.Name);
            Assert.DoesNotContain(svg.Descendants(), element => element.Name.LocalName is "script" or "foreignObject" or "image" or "a");
        }, iter: 300);

    [Fact]
    public void Mermaid_of_a_large_trace_stays_below_what_mermaid_takes()
    {
        var story = new Story();
        var words = new string('w', 150);
        for (var i = 0; i < 5_000; i++)
        {
            story.Hop($"a{i % 7}", $"b{i % 5}", $"M{i}", null, i, Story.Text("words", words));
        }

        var text = story.Chart(new ChartOptions { MaxRows = 4_000 }).ToMermaid();
        Assert.InRange(text.Length, 1_000, 49_999);
        AssertMermaid(text);
    }

    [Fact]
    public void Svg_shows_a_row_for_every_step_up_to_its_bound_and_is_its_own_style()
    {
        var svg = XDocument.Parse(Story.LateUse().Chart().ToSvg());
        Assert.Equal(7, svg.Descendants(Svg + "polygon").Count());
        Assert.Single(svg.Descendants(Svg + "polygon"), polygon => (string?)polygon.Attribute("class") == "badp");
        Assert.Contains("prefers-color-scheme:dark", svg.Descendants(Svg + "style").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain(svg.Descendants().Attributes(), attribute => attribute.Value.Contains("url(", StringComparison.Ordinal));

        var story = new Story();
        for (var i = 0; i < 400; i++)
        {
            story.Hop("a", "b", $"M{i}", null, i);
        }

        Assert.Equal(400, Arrows(new ChartOptions()));
        Assert.Equal(100, Arrows(new ChartOptions { MaxSvgRows = 100 }));

        int Arrows(ChartOptions options) => XDocument.Parse(story.Chart(options).ToSvg()).Descendants(Svg + "polygon").Count();
    }

    /// <summary>Every line is one of the statements that the charts use, and its text has no character with a meaning to Mermaid.</summary>
    private static void AssertMermaid(string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        Assert.Equal("sequenceDiagram", lines[0]);
        Assert.All(lines.Skip(1), line => Assert.Matches(Statement(), line));
        Assert.Equal(lines.Count(line => line.StartsWith("    rect ", StringComparison.Ordinal)), lines.Count(line => line == "    end"));
    }

    [GeneratedRegex(@"^    (participant \w+ as|Note over p\d+(,p\d+)?:|\w+(->>|-x)\w+:) ([^#;<>%{}&""'`\\\[\]:]|#\d+;)+$|^    rect rgba\(220, 40, 40, 0\.3\)$|^    end$")]
    private static partial Regex Statement();
}
