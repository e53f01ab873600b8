using VIommuActors.Cli.Running;

namespace VIommuActors.Cli.Tests;

public sealed class ShrinkTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_found_race_shrinks_to_a_small_scenario_whose_trace_replays()
    {
        Assert.Equal(ExitCode.AsExpected, Tool.Run(
            "explore", "stale-dma-queued", "--protocol", "translate", "--out", _folder["out"], "--quiet",
            "--set", "workload.rounds=2", "--set", "topology.ram-mib=4").Code);
        var (code, output, _) = Tool.Run("shrink", _folder["out/trace.jsonl"], "--json", "--quiet");
        Assert.Equal(ExitCode.AsExpected, code);
        var document = Json.Parse(output);
        Assert.Equal("viommu.shrink/1", document.GetProperty("schema").GetString());
        Assert.True(document.GetProperty("shrunkSteps").GetInt64() < document.GetProperty("steps").GetInt64());
        Assert.Contains("workload.rounds=1", document.GetProperty("cuts").EnumerateArray().Select(cut => cut.GetString()));
        var file = document.GetProperty("traceFile").GetString()!;
        Assert.Equal(_folder["out/shrunk/trace.jsonl"], file);
        var (again, verdict, _) = Tool.Run("replay", file);
        Assert.Equal(ExitCode.AsExpected, again);
        Assert.Contains(document.GetProperty("property").GetString() + ": device", verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_in_virtual_time_shrinks_to_a_shorter_run_of_a_smaller_scenario()
    {
        Tool.Run("run", "stale-dma", "--protocol", "translate", "--seed", "3", "--out", _folder["run"], "--quiet", "--set", "workload.rounds=20");
        var (code, output, _) = Tool.Run("shrink", _folder["run/trace.jsonl"], "--out", _folder["small"]);
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.Contains("smaller scenario: workload.rounds=1\n", output, StringComparison.Ordinal);
        var (again, verdict, _) = Tool.Run("replay", _folder["small/trace.jsonl"], "--json");
        Assert.Equal(ExitCode.AsExpected, again);
        Assert.StartsWith("stale-", Json.Parse(verdict).GetProperty("finding").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_that_breaks_nothing_has_nothing_to_shrink()
    {
        Tool.Run("run", "stale-dma", "--seed", "3", "--out", _folder["run"], "--quiet", "--set", "workload.rounds=2");
        var (code, _, error) = Tool.Run("shrink", _folder["run/trace.jsonl"]);
        Assert.Equal(ExitCode.Diverged, code);
        Assert.Contains("breaks nothing", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run/shrunk"]));
    }

    [Theory]
    [InlineData("header")]
    [InlineData("half")]
    [InlineData("swapped")]
    [InlineData("doubled")]
    [InlineData("verdict")]
    public void A_trace_that_its_header_does_not_lead_to_is_not_shrunk(string change)
    {
        Tool.Run("explore", "peer-1x1x1", "--protocol", "translate", "--out", _folder["out"], "--quiet");
        var lines = File.ReadAllLines(_folder["out/trace.jsonl"]).ToList();
        switch (change)
        {
            case "header": lines.RemoveRange(1, lines.Count - 1); break;
            case "half": lines.RemoveRange(lines.Count / 2, lines.Count - (lines.Count / 2)); break;
            case "swapped": (lines[3], lines[4]) = (lines[4], lines[3]); break;
            case "doubled": lines.Insert(5, lines[5]); break;
            default: lines[^1] = lines[^1].Replace("stale-write", "stale-read", StringComparison.Ordinal); break;
        }
        File.WriteAllText(_folder["bad.jsonl"], string.Join('\n', lines) + "\n");
        var (code, output, _) = Tool.Run("shrink", _folder["bad.jsonl"]);
        Assert.Contains(code, new[] { ExitCode.Diverged, ExitCode.Usage });
        Assert.DoesNotContain("shrunk ", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["shrunk"]));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_told_before_anything_runs()
    {
        Tool.Run("run", "stale-dma", "--protocol", "translate", "--seed", "3", "--out", _folder["run"], "--quiet", "--set", "workload.rounds=20");
        File.WriteAllText(_folder["file"], "");
        var runs = 0;
        var runner = new FakeRunner((request, _) =>
        {
            runs++;
            return Tool.Result(request);
        });
        var (code, _, error) = Tool.Run(runner, ["shrink", _folder["run/trace.jsonl"], "--out", _folder["file/below"]]);
        Assert.Equal((ExitCode.Environment, 0), (code, runs));
        Assert.Contains(_folder["file/below"], error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_shrink_says_so()
    {
        Tool.Run("run", "stale-dma", "--protocol", "translate", "--seed", "3", "--out", _folder["run"], "--quiet", "--set", "workload.rounds=20");
        foreach (var json in new[] { false, true })
        {
            using var interrupt = new CancellationTokenSource();
            using var real = new VirtualRunner();
            var runs = 0;
            // The first run is the trace's own, the second the one that is to be made shorter.
            var runner = new FakeRunner((request, cancel) =>
            {
                var result = real.Run(request, cancel);
                if (++runs == 2) interrupt.Cancel();
                return result;
            });
            var (code, output, _) = Tool.Run(
                runner, ["shrink", _folder["run/trace.jsonl"], .. json ? new[] { "--json" } : []], cancel: interrupt.Token);
            Assert.Equal(ExitCode.Interrupted, code);
            Assert.Contains(json ? "\"interrupted\": true" : "INTERRUPTED: there may be shorter ones\n", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_no_trace_is_refused()
    {
        Assert.Equal(ExitCode.Usage, Tool.Run("shrink", _folder["nowhere.jsonl"]).Code);
        File.WriteAllText(_folder["bad.jsonl"], "{}\n");
        var (code, _, error) = Tool.Run("shrink", _folder["bad.jsonl"]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith(_folder["bad.jsonl"] + ":1: ", error, StringComparison.Ordinal);
    }
}
