using System.Xml.Linq;

namespace VIommuActors.Cli.Tests;

public sealed class ChartTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Race()
    {
        Tool.Run("explore", "peer-1x1x1", "--protocol", "translate", "--strategy", "dpor", "--out", _folder["race"], "--quiet");
        return _folder["race/trace.jsonl"];
    }

    [Fact]
    public void The_race_of_bare_translation_is_drawn_and_explained()
    {
        var (code, output, error) = Tool.Run("chart", Race());
        Assert.Equal((ExitCode.AsExpected, ""), (code, error));
        Assert.All(output.Split('\n'), line => Assert.InRange(line.Length, 0, 76));
        Assert.StartsWith("translate in peer-1x1x1, seed 0x1, found by dpor\n", output, StringComparison.Ordinal);
        Assert.Matches(@"\n  step  vcpu-0 +dev-00:03\.0\n +\|  +viommu-0 \|  +memory\n", output);
        Assert.Matches(@"\.\.\.  \d+ steps folded: start-up, steps 1 to \d+", output);
        Assert.Matches(@"\n   \[G\]  mapped here\n", output);
        Assert.Matches(@"MmioAccess write IQT_REG = 0x60\n", output);
        Assert.Matches(@"\n   \[R\]  the guest saw the invalidation complete here\n", output);
        Assert.Matches(@"\n>> +\d+  \|        \|        \|=======>\|        DmaAccess write 4096 B\n", output);
        Assert.Contains(">>!!!  STALE-WRITE guest=0 device=00:03.0", output, StringComparison.Ordinal);
        var words = string.Join(' ', output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("dev-00:03.0 asked viommu-0 to translate (TranslateCall: iova=0xfffff000 for write).", words, StringComparison.Ordinal);
        Assert.EndsWith("no step of one waited for the other.", words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_hangs_is_traced_to_the_lost_message()
    {
        Assert.Equal(
            ExitCode.NotLive,
            Tool.Run("run", "stale-dma", "--set", "faults=[{on=DrainComplete,drop=1/10}]", "--out", _folder["hang"], "--quiet").Code);
        var (code, output, _) = Tool.Run("chart", _folder["hang/trace.jsonl"]);
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.All(output.Split('\n'), line => Assert.InRange(line.Length, 0, 76));
        Assert.Matches(@"\[X\] +DrainComplete from dummy-0 to viommu-0 is LOST\n", output);
        Assert.Matches(@"the 3 steps above come 1,\d\d\d times more", output);
        Assert.Contains("LOST-COMPLETION", output, StringComparison.Ordinal);
        Assert.Contains("\nWhat was waited for never came: ", output, StringComparison.Ordinal);
        Assert.InRange(output.Split('\n').Length, 50, 260);
    }

    [Fact]
    public void The_document_has_the_chart_and_a_sentence_for_each_step()
    {
        var trace = Race();
        var (code, output, _) = Tool.Run("chart", trace, "--json", "--format", "mermaid");
        Assert.Equal(ExitCode.AsExpected, code);
        var document = Json.Parse(output);
        Assert.Equal(
            ["schema", "traceFile", "scenario", "protocol", "seed", "property", "violations", "format", "chart", "explanation", "file"],
            Json.Names(document));
        Assert.Equal("viommu.chart/1", document.GetProperty("schema").GetString());
        Assert.Equal(("stale-write", 1), (document.GetProperty("property").GetString(), document.GetProperty("violations").GetInt32()));
        Assert.StartsWith("sequenceDiagram\n", document.GetProperty("chart").GetString(), StringComparison.Ordinal);
        Assert.True(document.GetProperty("explanation").GetArrayLength() > 8);
    }

    [Theory]
    [InlineData("text", "translate in")]
    [InlineData("mermaid", "sequenceDiagram\n")]
    [InlineData("svg", "<svg xmlns=")]
    public void A_file_holds_what_stdout_would_have_shown(string format, string start)
    {
        var trace = Race();
        var shown = Tool.Run("chart", trace, "--format", format).Out;
        var (code, output, _) = Tool.Run("chart", trace, "--format", format, "--out", _folder["chart"]);
        Assert.Equal((ExitCode.AsExpected, $"{format} chart in {_folder["chart"]}\n"), (code, output));
        Assert.StartsWith(start, shown, StringComparison.Ordinal);
        Assert.Equal(shown, File.ReadAllText(_folder["chart"]));
        Assert.False(File.Exists(_folder["chart.part"]));
        if (format == "svg")
        {
            Assert.NotNull(XDocument.Parse(shown).Root);
        }
    }

    [Fact]
    public void Violations_are_numbered_and_a_run_without_one_has_a_chart_too()
    {
        Tool.Run("run", "stale-dma", "--protocol", "translate", "--out", _folder["run"], "--quiet");
        var trace = _folder["run/trace.jsonl"];
        Assert.Contains("(violation 2 of ", Tool.Run("chart", trace, "--violation", "2").Out, StringComparison.Ordinal);
        Assert.StartsWith("stale-write at step ", Tool.Run("chart", trace, "--quiet").Out, StringComparison.Ordinal);
        var (code, _, error) = Tool.Run("chart", trace, "--violation", "1000");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("accepted: 1 to ", error, StringComparison.Ordinal);

        Tool.Run("run", "quiet", "--out", _folder["quiet"], "--quiet");
        var (held, chart, _) = Tool.Run("chart", _folder["quiet/trace.jsonl"]);
        Assert.Equal(ExitCode.AsExpected, held);
        Assert.DoesNotContain("VIOLATED", chart, StringComparison.Ordinal);
        Assert.Equal("nothing was violated\n", Tool.Run("chart", _folder["quiet/trace.jsonl"], "--quiet").Out);
    }

    [Theory]
    [InlineData("--format", "png")]
    [InlineData("--violation", "0")]
    [InlineData("--rows", "7")]
    [InlineData("--rows", "many")]
    public void What_it_cannot_draw_is_told_with_what_is_accepted(string option, string value)
    {
        var (code, _, error) = Tool.Run("chart", Race(), option, value);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("accepted: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_file_is_refused_with_its_line_and_nothing_is_written()
    {
        var trace = Race();
        File.AppendAllText(trace, "{\"step\":1}\n");
        var (code, output, error) = Tool.Run("chart", trace, "--out", _folder["chart"]);
        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.StartsWith($"{trace}:{File.ReadAllLines(trace).Length}: ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["chart"]));
        Assert.Equal(ExitCode.Usage, Tool.Run("chart", _folder["nowhere.jsonl"]).Code);
    }

    [Fact]
    public void A_step_that_comes_from_a_later_one_is_refused_with_its_line()
    {
        var trace = Race();
        var lines = File.ReadAllLines(trace);
        var at = Array.FindIndex(lines, line => line.StartsWith("{\"step\":20,", StringComparison.Ordinal));
        lines[at] = lines[at].Replace("\"cause\":", "\"cause\":1", StringComparison.Ordinal);
        File.WriteAllText(trace, string.Join('\n', lines) + "\n");
        var (code, _, error) = Tool.Run("chart", trace);
        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith($"{trace}:{at + 1}: \"cause\": step 20 cannot come from step ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_a_fault_of_the_environment() =>
        Assert.Equal(ExitCode.Environment, Tool.Run("chart", Race(), "--out", _folder["no/such/folder/chart"]).Code);
}
