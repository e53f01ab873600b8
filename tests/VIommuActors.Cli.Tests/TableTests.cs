using VIommuActors.Blueprints.Figures;
using VIommuActors.Cli.Comparing;
using VIommuActors.Cli.Rendering;
using VIommuActors.Experiments.Figures;
using VIommuActors.Experiments.Running;
using VIommuActors.Oracle;
using VIommuActors.Scenarios;

namespace VIommuActors.Cli.Tests;

public sealed class TableTests
{
    private const string Golden = """

        stale-dma (register-based invalidation)
                             stale-  stale-         violated  DMAs                   invali-
        protocol   verdict    write    read  other      runs  done  faulted  issued  dations
        translate  violated       6       0      0       3/3   945       15     960      240
        memcpy     held           0       0      0       0/3   945       15     960      240
        drain      held           0       0      0       0/3   945       15     960      240
        ats        n/a (queued only)

                   invalidation                  DMA                msgs  hypercalls           copied
        protocol            p50    p99    max    p50    p99    max  /inv        /inv  /DMA      B/DMA
        translate         1.539  1.579  1.579  9.390  9.790  9.790  5.00        0.00  2.00       0.00
        memcpy            1.539  1.579  1.579  9.390  9.790  9.790  5.00        0.00  2.00  16,384.00
        drain             1.539  1.579  1.579  9.390  9.790  9.790  5.00        1.00  2.00       0.00

        """;

    private static Comparison Sample(Func<string, RunFigures> figures)
    {
        var scenario = ScenarioLoader.Load("stale-dma", []);
        var tallies = ScenarioRunner.ProtocolsFor(scenario).Select(name => new Tally(scenario, name)).ToArray();
        foreach (var tally in tallies)
        {
            for (var seed = 1UL; seed <= 3; seed++)
            {
                tally.Add(seed, new RunResult(figures(tally.Figures.Protocol), RunEnding.Complete, 10));
            }
        }
        return new Comparison(scenario, "stale-dma", [], 1, 3, [.. tallies], ["ats"]);
    }

    private static string Plain(Comparison comparison)
    {
        using var text = new StringWriter { NewLine = "\n" };
        ComparisonView.Tables(new PlainRenderer(text), comparison);
        return text.ToString();
    }

    [Fact]
    public void The_table_looks_like_this() =>
        Assert.Equal(Golden, Plain(Sample(name => Tool.Figures(name, staleWrites: name == "translate" ? 2 : 0))));

    [Fact]
    public void Open_and_abandoned_requests_have_columns_when_there_are_any()
    {
        var text = Plain(Sample(name =>
        {
            var figures = Tool.Figures(name);
            (figures.DmasDone, figures.DmasOpen, figures.DmasAbandoned) = name == "drain" ? (312, 2, 1) : (315, 0, 0);
            return figures;
        }));
        Assert.Contains("DMAs                 aban-          invali-\n", text, StringComparison.Ordinal);
        Assert.Contains("done  faulted  open  doned  issued  dations\n", text, StringComparison.Ordinal);
        Assert.Contains(" 936       15     6      3     960      240\n", text, StringComparison.Ordinal);
        Assert.Contains(" 945       15     0      0     960      240\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(99_999, 0)]
    [InlineData(9_999, 1_111)]
    public void The_table_fits_a_hundred_columns_and_ends_no_line_in_a_space_however_large_the_figures(long violations, long unfinished)
    {
        var text = Plain(Sample(name =>
        {
            var figures = Tool.Figures(name, staleWrites: 12_345, lostCompletions: 7);
            (figures.Dmas, figures.DmasDone, figures.DmasFaulted, figures.Invalidations) = (999_999, 888_888, 111_111, 999_999);
            (figures.DmasOpen, figures.DmasAbandoned) = (unfinished, unfinished);
            foreach (var property in Properties.All) figures[property] = violations;
            foreach (var ns in new[] { 9_999_999L, 999_999_999, 10_000_000_000, 3_600_000_000_000 })
            {
                for (var i = 0; i < 1000; i++)
                {
                    RunFigures.Record(figures.InvalidationNs, ns);
                    RunFigures.Record(figures.DmaNs, ns);
                }
            }
            return figures;
        }));
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 100 && line == line.TrimEnd(), $"{line.Length}: {line}"));
    }

    [Fact]
    public void Nothing_measured_shows_as_a_dash() =>
        Assert.Contains("drain                 -    -    -    -    -    -  0.00        0.00  0.00    0.00", Plain(Sample(name => new RunFigures(name) { Runs = 1 })), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "0.000")]
    [InlineData(1, "0.001")]
    [InlineData(1_500, "1.500")]
    [InlineData(9_999_999, "9,999.999")]
    [InlineData(10_000_000, "10.0ms")]
    [InlineData(9_999_900_000, "9,999.9ms")]
    [InlineData(10_000_000_000, "10.0s")]
    [InlineData(3_600_000_000_000, "3,600.0s")]
    public void Times_are_microseconds_to_the_nanosecond_and_long_ones_name_their_unit(long ns, string text) => Assert.Equal(text, Numbers.Time(ns));

    [Fact]
    public void The_table_on_a_terminal_is_the_same_but_for_colours()
    {
        using var text = new StringWriter { NewLine = "\n" };
        ComparisonView.Tables(new TerminalRenderer(text), Sample(name => Tool.Figures(name, staleWrites: name == "translate" ? 2 : 0)));
        Assert.Contains('\u001b', text.ToString());
        var withoutEscapes = System.Text.RegularExpressions.Regex.Replace(text.ToString(), "\u001b\\[[0-9;]*m", "");
        Assert.Equal(Golden, string.Join('\n', withoutEscapes.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())));
    }
}
