using CsCheck;
using VIommuActors.Trace;
using VIommuActors.Trace.Charts;

namespace VIommuActors.Trace.Tests.Charts;

public sealed class TextChartTests
{
    [Fact]
    public void A_small_trace_is_drawn_to_the_last_character() => Assert.Equal(
        """
        drain in stale-dma, seed 0xffffffffffffffff

          step  t_ns  owner         borrower
                      |      desk   |      safe
             1    10  o      |      |      |      Start
           [G]        granted here
             2    20  |------------>|      |      Lend key=0x2a count=3 urgent=false
             3    30  |      |<-----|      |      OpenRequest key=0x2a
             4    40  |----->|      |      |      TakeBack key=0x2a
             5    50  |<-----|      |      |      TakeBackDone
           [R]        revoked here
             6    60  |      |----->|      |      OpenReply open
        >>   7    70  |      |      |=====>|      Use key=0x2a
         >>!!!        USED-AFTER key=0x2a; granted here: step 1; revoked here: step
                      5
             8    80  |      |      |<-----|      UseDone

        VIOLATED used-after at step 7
        o: from itself (a timer), or from outside

        """.ReplaceLineEndings("\n"),
        SequenceChart.From(Samples.Header, Story.LateUse().Lines).ToText());

    [Fact]
    public void Any_names_and_arguments_stay_within_76_columns_of_ascii()
    {
        var names = Gen.String[1, 60].Array[1, 14];
        Gen.Select(names, Gen.Int[0, 1_000_000].Array[0, 80], Gen.String, Gen.Long[0, long.MaxValue]).Sample((all, picks, text, time) =>
        {
            var story = new Story();
            foreach (var pick in picks)
            {
                story.Hop(
                    pick % 7 == 0 ? null : all[pick % all.Length], all[pick / 3 % all.Length], text.Length > 0 ? text : "M", pick % 5 == 0 ? null : 0,
                    time, Story.Text("say", text), Story.Hex("h", (ulong)pick));
            }

            story.Violation(text, ("grantedAtStep", 1), ("revokedAtStep", picks.Length / 2));
            var chart = story.Chart();
            foreach (var line in chart.ToReport().Split('\n'))
            {
                Assert.InRange(line.Length, 0, 76);
                Assert.All(line, c => Assert.InRange(c, ' ', '~'));
            }
        }, iter: 300);
    }

    [Fact]
    public void Start_up_is_one_line_with_its_count()
    {
        var story = new Story();
        for (var i = 0; i < 30; i++)
        {
            story.Hop("a", "b", $"Setup{i}");
        }

        story.Note("work-begins", "judge");
        story.Hop("a", "b", "Work");
        var text = story.Chart().ToText();
        Assert.Contains(" ...  29 steps folded: start-up, steps 1 to 29\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Setup28", text, StringComparison.Ordinal);
        Assert.Contains("Setup29", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Polling_is_shown_once_with_a_count()
    {
        var story = new Story();
        var cause = story.Hop(null, "client", "Begin");
        for (var i = 0; i < 20; i++)
        {
            cause = story.Hop("client", "server", "IsReady", cause);
            cause = story.Hop("server", "client", "No", cause);
        }

        story.Hop("server", "client", "Yes", cause);
        var text = story.Chart().ToText();
        Assert.Contains("the 2 steps above come 19 times more (steps 4 to 41)", text, StringComparison.Ordinal);
        Assert.Equal(1, Count(text, "IsReady"));
        Assert.Contains("Yes", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_long_trace_what_the_violation_needs_is_shown_and_the_rest_counted()
    {
        var story = Noisy(2_000, out var granted, out var revoked, out var violated);
        var chart = story.Chart(new ChartOptions { MaxRows = 20 });
        var text = chart.ToText();
        Assert.InRange(Count(text, "\n"), 20, 60);
        foreach (var step in new[] { granted, revoked, violated })
        {
            Assert.Contains($"{step}  ", text, StringComparison.Ordinal);
        }

        Assert.Contains("[G]", text, StringComparison.Ordinal);
        Assert.Contains("[R]", text, StringComparison.Ordinal);
        Assert.Contains("steps folded: steps ", text, StringComparison.Ordinal);
        var shown = text.Split('\n').Count(line => line.Contains('|', StringComparison.Ordinal) && char.IsAsciiDigit(line.Length > 6 ? line[5] : ' '));
        Assert.InRange(shown, 5, 20);
    }

    [Fact]
    public void Many_participants_share_a_lifeline_and_are_named_there()
    {
        var story = new Story();
        for (var i = 0; i < 12; i++)
        {
            story.Hop($"worker-{i}", "boss", "Report");
        }

        story.Violation("too-many");
        var text = story.Chart().ToText();
        Assert.Contains("others", text, StringComparison.Ordinal);
        Assert.Contains("worker-7 to boss:", text.Replace("\n", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("worker-11", text.Split("others: ")[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Long_names_are_cut_in_their_middle_and_told_in_a_legend()
    {
        var story = new Story();
        var names = Enumerable.Range(1, 5).Select(i => $"a-very-long-name-of-participant-{i}").ToArray();
        for (var i = 0; i < 4; i++)
        {
            story.Hop(names[i], names[i + 1], "Go", timeNs: i);
        }

        var text = story.Chart().ToText();
        foreach (var name in names)
        {
            Assert.Contains($"= {name}\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Messages_that_did_not_go_as_sent_are_marked_at_their_step()
    {
        var story = new Story();
        var sent = story.Hop(null, "a", "Go");
        story.Note("lost", "wire", Story.Text("msg", "Ping"), Story.Text("from", "a"), Story.Text("to", "b"));
        story.Hop("a", "b", "Pong", sent);
        story.Note("lost", "wire", Story.Text("msg", "Pong"));
        story.Hop("a", "b", "Pang", sent);
        story.Note("doubled", "wire", Story.Text("msg", "Pang"));
        var text = story.Chart().ToText();
        Assert.Contains("|----------x|           Ping\n", text, StringComparison.Ordinal);
        Assert.Contains("[X]  Ping from a to b is LOST\n", text, StringComparison.Ordinal);
        Assert.Contains("|----------x|           Pong\n", text, StringComparison.Ordinal);
        Assert.Contains("[X]  Pang is DOUBLED", text, StringComparison.Ordinal);
        Assert.Contains("|---------->|           Pang\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_violation_that_is_asked_for_is_charted_and_counted()
    {
        var story = new Story();
        for (var i = 1; i <= 3; i++)
        {
            story.Hop("a", "b", "Go");
            story.Violation($"broken-{i}");
        }

        var text = story.Chart(new ChartOptions { Violation = 2 }).ToText();
        Assert.Contains("VIOLATED broken-2 at step 2 (violation 2 of 3)", text, StringComparison.Ordinal);
        Assert.Contains("also judge: violation property=broken-1", text, StringComparison.Ordinal);
        Assert.Equal(("broken-3", 3), (story.Chart(new ChartOptions { Violation = 9 }).Property, story.Chart().Violations));
    }

    [Fact]
    public void A_verdict_counts_when_there_is_no_violation_and_held_is_none()
    {
        var stuck = new Story();
        stuck.Hop("a", "b", "Go");
        stuck.Note("verdict", "search", Story.Text("property", "stuck"));
        Assert.Equal("stuck", stuck.Chart().Property);
        var held = new Story();
        held.Hop("a", "b", "Go");
        held.Note("verdict", "search", Story.Text("property", "held"));
        Assert.Null(held.Chart().Property);
        Assert.DoesNotContain("VIOLATED", held.Chart().ToText(), StringComparison.Ordinal);
        Assert.Empty(held.Chart().Explain());
    }

    [Fact]
    public void A_time_that_never_moves_is_said_once()
    {
        var story = new Story();
        story.Hop("a", "b", "Go", timeNs: 54);
        story.Hop("b", "a", "Gone", 1, timeNs: 54);
        var text = story.Chart().ToText();
        Assert.DoesNotContain("t_ns", text, StringComparison.Ordinal);
        Assert.Contains("All steps shown at t=54 ns", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_trace_has_a_chart_too()
    {
        var chart = new Story().Chart();
        Assert.Equal("no steps\n", chart.ToText());
        Assert.StartsWith("sequenceDiagram\n", chart.ToMermaid(), StringComparison.Ordinal);
        Assert.EndsWith("</svg>\n", chart.ToSvg(), StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_that_fall_and_causes_that_come_later_are_refused_with_their_line()
    {
        var story = new Story();
        story.Hop("a", "b", "Go", cause: 7);
        var e = Assert.Throws<TraceFormatException>(() => story.Chart(new ChartOptions { FileName = "t.jsonl" }));
        Assert.Equal(("t.jsonl", 2, "cause"), (e.File, e.Line, e.Field));

        var twice = new Story();
        twice.Hop("a", "b", "Go");
        e = Assert.Throws<TraceFormatException>(() => SequenceChart.From(null, [.. twice.Lines, .. twice.Lines]));
        Assert.Equal("step", e.Field);
    }

    [Theory]
    [InlineData(0, 48, 6)]
    [InlineData(1, 7, 6)]
    [InlineData(1, 48, 1)]
    [InlineData(1, 48, 13)]
    public void Bounds_out_of_range_are_refused(int violation, int rows, int lifelines) => Assert.Throws<ArgumentOutOfRangeException>(
        () => Story.LateUse().Chart(new ChartOptions { Violation = violation, MaxRows = rows, MaxLifelines = lifelines }));

    [Fact]
    public void The_callers_words_places_and_descriptions_are_used()
    {
        var options = new ChartOptions
        {
            Says = step => step.Message == "Use" ? "opens the safe" : null,
            About = name => name == "safe" ? "where it is kept" : null,
            Place = name => name == "safe" ? 0 : 1,
            Granted = "lent here",
        };
        var text = Story.LateUse().Chart(options).ToText();
        Assert.Contains("Use opens the safe", text, StringComparison.Ordinal);
        Assert.Contains("\nsafe: where it is kept\n", text, StringComparison.Ordinal);
        Assert.Contains("t_ns  safe          desk\n", text, StringComparison.Ordinal);
        Assert.Contains("[G]        lent here\n", text, StringComparison.Ordinal);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static Story Noisy(int noise, out long granted, out long revoked, out long violated)
    {
        var story = new Story();
        granted = story.Hop(null, "owner", "Start");
        var lent = story.Hop("owner", "user", "Lend", granted);
        Noise();
        revoked = story.Hop("owner", "owner", "TakeBack", granted);
        Noise();
        violated = story.Hop("user", "safe", "Use", lent);
        story.Violation("late", ("grantedAtStep", granted), ("revokedAtStep", revoked));
        Noise();
        return story;

        void Noise()
        {
            for (var i = 0; i < noise / 3; i++)
            {
                story.Hop("owner", "safe", $"Talk{i}");
            }
        }
    }
}
