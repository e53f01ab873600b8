using VIommuActors.Cli.Rendering;

namespace VIommuActors.Cli.Tests;

public sealed class ConsoleTests
{
    public static TheoryData<string[], string, string, bool, bool> Situations => new()
    {
        { [], "", "", true, true },
        { ["--no-color"], "", "", true, false },
        { [], "NO_COLOR", "1", true, false },
        { [], "NO_COLOR", "", true, true },
        { [], "TERM", "dumb", true, false },
        { [], "TERM", "xterm", true, true },
        { [], "", "", false, false },
    };

    [Theory]
    [MemberData(nameof(Situations))]
    public void Escape_sequences_are_for_terminals_that_want_them(string[] options, string variable, string value, bool isTerminal, bool escapes)
    {
        var console = new TestConsole { OutIsTerminal = isTerminal, ErrorIsTerminal = isTerminal };
        console.Variables[variable] = value;
        var (code, output, error) = Tool.Run(Tool.Plausible, ["compare", "--runs", "2", .. options], console);
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.Equal(escapes, (output + error).Contains('\u001b', StringComparison.Ordinal));
    }

    [Fact]
    public void A_document_has_no_escape_sequences_even_on_a_terminal()
    {
        var console = new TestConsole { OutIsTerminal = true };
        var (_, output, _) = Tool.Run(Tool.Plausible, ["compare", "--json"], console);
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public void Progress_as_lines_starts_after_two_seconds_and_comes_at_each_tenth_or_after_ten_silent_seconds()
    {
        var clock = new StillClock();
        using var text = new StringWriter { NewLine = "\n" };
        new PlainProgress(text, clock).During("work", 100, report =>
        {
            foreach (var (seconds, done) in new[] { (1.0, 15L), (1.5, 18), (0.5, 20), (0.1, 21), (10, 22), (9, 23), (0.9, 24), (0.2, 25), (1, 30), (1, 100) })
            {
                clock.Advance(seconds);
                report(done);
            }
            return 0;
        });
        Assert.Equal(
            """
            work: 18/100 (18 %), about 12 s left
            work: 20/100 (20 %), about 12 s left
            work: 22/100 (22 %), about 47 s left
            work: 25/100 (25 %), about 70 s left
            work: 30/100 (30 %), about 57 s left

            """, text.ToString());
    }

    [Fact]
    public void Progress_without_a_known_end_is_a_count()
    {
        var clock = new StillClock();
        using var text = new StringWriter { NewLine = "\n" };
        new PlainProgress(text, clock).During("run: steps", 0, report =>
        {
            clock.Advance(11);
            report(4096);
            report(8192);
            return 0;
        });
        Assert.Equal("run: steps: 4,096\n", text.ToString());
    }

    [Fact]
    public void No_color_keeps_progress_as_lines()
    {
        var clock = new StillClock();
        var console = new TestConsole { OutIsTerminal = true, ErrorIsTerminal = true };
        console.Variables["NO_COLOR"] = "1";
        var slow = new FakeRunner((request, _) =>
        {
            clock.Advance(3);
            return Tool.Result(request);
        });
        var (_, _, error) = Tool.Run(slow, ["compare", "stale-dma", "--protocol", "drain", "--runs", "10"], console, clock: clock);
        Assert.Contains("compare: runs: 1/10 (10 %)", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("-v", 1)]
    [InlineData("-vv", 2)]
    [InlineData("-v -v", 2)]
    public void Each_v_logs_more(string options, int level)
    {
        var (_, _, error) = Tool.Run(Tool.Plausible,
            ["compare", "stale-dma", "--runs", "1", "--protocol", "drain", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(level >= 1, error.Contains("INF stale-dma drain: held", StringComparison.Ordinal));
        Assert.Equal(level >= 2, error.Contains("DBG stale-dma drain 0x1: held after 1234 steps", StringComparison.Ordinal));
    }

    [Fact]
    public void The_log_file_has_one_object_a_line()
    {
        using var folder = new TestFolder();
        var console = new TestConsole();
        console.Variables["VIOMMU_LOG_LEVEL"] = "debug";
        Tool.Run(Tool.Plausible, ["compare", "stale-dma", "--runs", "2", "--protocol", "drain", "--log-json", folder["log"]], console);
        var lines = File.ReadAllLines(folder["log"]);
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.Equal("drain", Json.Parse(line).GetProperty("Protocol").GetString()));
    }
}
