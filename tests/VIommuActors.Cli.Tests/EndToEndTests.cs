namespace VIommuActors.Cli.Tests;

/// <summary>The tool with its real runs: few and short ones.</summary>
public sealed class EndToEndTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_comparison_breaks_bare_translation_and_nothing_else()
    {
        // Quiet: on a busy machine there would be progress on stderr.
        var (code, output, error) = Tool.Run("compare", "--runs", "3", "--json", "--quiet");
        Assert.Equal((ExitCode.AsExpected, ""), (code, error));
        var document = Json.Parse(output);
        foreach (var comparison in new[] { document, document.GetProperty("alsoRegister") })
        {
            foreach (var one in comparison.GetProperty("protocols").EnumerateArray())
            {
                var isBare = one.GetProperty("protocol").GetString() == "translate";
                Assert.Equal(isBare ? "violated" : "held", one.GetProperty("verdict").GetString());
                Assert.True(one.GetProperty("dmas").GetInt64() > 0);
            }
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace_and_another_seed_another_one()
    {
        string Digest(string seed, string folder)
        {
            var (code, output, _) = Tool.Run("run", "stale-dma", "--seed", seed, "--out", _folder[folder], "--json", "--set", "workload.rounds=5");
            Assert.Equal(ExitCode.AsExpected, code);
            return Json.Parse(output).GetProperty("traceSha256").GetString()!;
        }
        var (first, again, other) = (Digest("3", "a"), Digest("0x3", "b"), Digest("4", "c"));
        Assert.Matches("^[0-9a-f]{64}$", first);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.Equal(File.ReadAllBytes(_folder["a/trace.jsonl"]), File.ReadAllBytes(_folder["b/trace.jsonl"]));
    }

    [Fact]
    public void The_command_below_a_table_shows_the_violation_that_the_table_names()
    {
        var lines = Tool.Run("compare", "stale-dma", "--runs", "2", "--seed", "0x5", "--set", "workload.rounds=10").Out.TrimEnd().Split('\n');
        var command = lines[^1].Split(' ');
        Assert.Equal("viommu", command[0]);
        var again = Tool.Run([.. command[1..], "--out", _folder["again"]]).Out;
        Assert.Contains(lines[^2], again, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_checked_for_determinism_passes()
    {
        var (code, output, _) = Tool.Run("run", "storm", "--check-determinism", "--no-trace", "--out", _folder["storm"], "--set", "workload.rounds=3");
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.Contains("a second run gave the same trace", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_that_cuts_a_run_off_is_a_budget_that_ended()
    {
        var (code, output, _) = Tool.Run("run", "stale-dma", "--out", _folder["cut"], "--set", "limits.steps=50");
        Assert.Equal(ExitCode.BudgetEnded, code);
        Assert.Contains("step-limit after 50 steps", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fired_token_stops_the_tool_before_its_next_step()
    {
        using var interrupt = new CancellationTokenSource();
        interrupt.Cancel();
        var console = new TestConsole();
        Assert.Equal(ExitCode.Interrupted, ViommuTool.Run(["run", "stale-dma", "--out", _folder["none"]], console, interrupt.Token));
        Assert.Equal(ExitCode.Interrupted, ViommuTool.Run(["compare"], console, interrupt.Token));
    }
}
