using VIommuActors.Cli.Exploring;

namespace VIommuActors.Cli.Tests;

public sealed class ExploreTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private (ExitCode Code, string Out, string Error) Explore(params string[] args) =>
        Tool.Run(["explore", "peer-1x1x1", "--out", _folder["out"], "--quiet", .. args]);

    private string Counterexample()
    {
        Assert.Equal(ExitCode.AsExpected, Explore("--protocol", "translate").Code);
        return _folder["out/trace.jsonl"];
    }

    [Theory]
    [InlineData("random")]
    [InlineData("pct:3")]
    [InlineData("pos")]
    [InlineData("crowd")]
    [InlineData("novel")]
    [InlineData("dfs")]
    [InlineData("dpor")]
    public void Every_strategy_finds_the_race_and_leaves_a_trace_that_replays(string strategy)
    {
        var (code, output, error) = Explore("--protocol", "translate", "--strategy", strategy, "--json");
        Assert.Equal((ExitCode.AsExpected, ""), (code, error));
        var document = Json.Parse(output);
        Assert.Equal(
            ["schema", "strategy", "schedules", "steps", "distinctTraces", "complete", "seconds", "violation"], Json.Names(document)[..8]);
        Assert.Equal(("viommu.explore/1", strategy), (document.GetProperty("schema").GetString(), document.GetProperty("strategy").GetString()));
        var violation = document.GetProperty("violation");
        Assert.Equal(["property", "seed", "schedule", "steps", "shrunkSteps", "traceFile", "shrunkFile"], Json.Names(violation));
        Assert.Equal("stale-write", violation.GetProperty("property").GetString());
        Assert.Equal(document.GetProperty("schedules").GetInt64(), violation.GetProperty("schedule").GetInt64());
        Assert.InRange(violation.GetProperty("shrunkSteps").GetInt64(), 10, violation.GetProperty("steps").GetInt64());

        foreach (var file in new[] { "traceFile", "shrunkFile" })
        {
            var (again, verdict, _) = Tool.Run("replay", violation.GetProperty(file).GetString()!);
            Assert.Equal(ExitCode.AsExpected, again);
            Assert.Contains("identical: every line", verdict, StringComparison.Ordinal);
            Assert.Contains("\nstale-write: device", verdict, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_text_ends_with_the_command_that_shows_the_violation_again()
    {
        var (code, output, _) = Tool.Run("explore", "peer-1x1x1", "--protocol", "translate", "--out", _folder["out"]);
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.StartsWith("seed 0x1: translate in peer-1x1x1, random, at most 10000-schedules\n", output, StringComparison.Ordinal);
        var lines = output.TrimEnd().Split('\n');
        Assert.Equal($"viommu replay {_folder["out/trace.jsonl"]}", lines[^1]);
        Assert.Equal($"viommu chart {_folder["out/shrunk.jsonl"]}", lines[^2]);
        Assert.StartsWith("shrunk ", lines[^3], StringComparison.Ordinal);
        Assert.Contains("seed 0x1", lines[^4], StringComparison.Ordinal);
    }

    [Fact]
    public void A_complete_search_says_so_and_is_as_expected()
    {
        var (code, output, _) = Explore("--protocol", "memcpy", "--strategy", "dpor", "--all", "--json");
        Assert.Equal(ExitCode.AsExpected, code);
        var document = Json.Parse(output);
        Assert.True(document.GetProperty("complete").GetBoolean());
        Assert.Equal("Null", document.GetProperty("violation").ValueKind.ToString());
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Theory]
    [InlineData("dpor", ExitCode.BudgetEnded)]
    [InlineData("dfs", ExitCode.BudgetEnded)]
    [InlineData("random", ExitCode.AsExpected)]
    [InlineData("pct:2", ExitCode.AsExpected)]
    public void Only_a_strategy_that_could_have_proved_it_falls_short_by_its_budget(string strategy, ExitCode expected) =>
        Assert.Equal(expected, Explore("--strategy", strategy, "--budget", "5-schedules").Code);

    [Fact]
    public void A_violation_where_the_scenario_expects_none_is_1_and_one_it_expects_in_vain_is_4()
    {
        Assert.Equal(ExitCode.Violation, Explore("--protocol", "translate", "--set", "expect.protocols.translate=held").Code);
        var (code, output, _) = Explore("--budget", "5-schedules", "--set", "expect.protocols.drain=violated");
        Assert.Equal(ExitCode.BudgetEnded, code);
        Assert.Contains("INCONCLUSIVE", output, StringComparison.Ordinal);
    }

    [Fact]
    public void One_lost_message_can_hang_a_drain_but_never_makes_it_unsafe_and_replays()
    {
        var (code, output, _) = Explore("--faults", "1", "--budget", "500-schedules", "--all", "--json");
        Assert.Equal(ExitCode.NotLive, code);
        var document = Json.Parse(output);
        foreach (var safety in new[] { "stale-write", "stale-read", "escape", "wrong-fault" })
        {
            Assert.False(document.GetProperty("violations").TryGetProperty(safety, out _), safety);
        }
        Assert.Equal(ExitCode.AsExpected, Tool.Run("replay", _folder["out/trace.jsonl"]).Code);
    }

    [Fact]
    public void A_budget_in_seconds_is_that_of_the_hosts_clock()
    {
        var clock = new CountingClock();
        var (code, output, _) = Tool.Run(
            Tool.Plausible, ["explore", "peer-1x1x1", "--budget", "30s", "--json", "--quiet"], clock: clock);
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.InRange(Json.Parse(output).GetProperty("schedules").GetInt64(), 10, 30);
    }

    [Fact]
    public void An_interrupted_search_prints_what_it_has_and_returns_130()
    {
        using var interrupt = new CancellationTokenSource();
        interrupt.Cancel();
        var (code, output, _) = Tool.Run(Tool.Plausible, ["explore", "peer-1x1x1", "--quiet"], cancel: interrupt.Token);
        Assert.Equal(ExitCode.Interrupted, code);
        Assert.Contains("INTERRUPTED: stopped after 0 schedules", output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_search_is_not_called_as_expected()
    {
        using var interrupt = new CancellationTokenSource();
        interrupt.Cancel();
        var (code, output, _) = Tool.Run(
            Tool.Plausible, ["explore", "peer-1x1x1", "--quiet", "--json", "--out", _folder["out"]], cancel: interrupt.Token);
        Assert.Equal(ExitCode.Interrupted, code);
        Assert.Equal("interrupted", Json.Parse(output).GetProperty("outcome").GetString());
    }

    [Theory]
    [InlineData("--out")]
    [InlineData("VIOMMU_RUNS_DIR")]
    public void A_folder_that_cannot_be_written_to_is_told_before_the_search(string how)
    {
        File.WriteAllText(_folder["file"], "");
        var below = _folder["file/below"];
        using var console = new TestConsole();
        console.Variables["VIOMMU_RUNS_DIR"] = below;
        var (code, output, error) = Tool.Run(
            console, ["explore", "peer-1x1x1", "--protocol", "translate", .. how == "--out" ? new[] { "--out", below } : []]);
        Assert.Equal((ExitCode.Environment, ""), (code, output));
        Assert.Contains(below, error, StringComparison.Ordinal);
        Assert.DoesNotContain("schedules/s", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_looked_at_before_the_search_is_left_as_it_was()
    {
        Directory.CreateDirectory(_folder["there"]);
        foreach (var folder in new[] { "there", "not/there/yet" })
        {
            Assert.Equal(ExitCode.AsExpected, Tool.Run(
                "explore", "peer-1x1x1", "--protocol", "memcpy", "--strategy", "dpor", "--quiet", "--out", _folder[folder]).Code);
        }
        Assert.Equal([_folder["there"]], Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("violated", ExitCode.Environment)]
    [InlineData("held", ExitCode.Violation)]
    public void A_trace_that_cannot_be_written_costs_neither_the_verdict_nor_the_way_back_to_it(string expected, ExitCode code)
    {
        // A folder stands where the trace is to be written.
        Directory.CreateDirectory(_folder["out/trace.jsonl.part"]);
        string[] search =
            ["explore", "peer-1x1x1", "--protocol", "translate", "--out", _folder["out"], "--set", $"expect.protocols.translate={expected}"];
        var (text, output, error) = Tool.Run(search);
        Assert.Equal(code, text);
        Assert.Contains("peer-1x1x1: translate violated", output, StringComparison.Ordinal);
        Assert.Contains(" distinct executions", output, StringComparison.Ordinal);
        Assert.Contains("\nviommu explore peer-1x1x1 --protocol translate --strategy random", output, StringComparison.Ordinal);
        Assert.Contains("could not be written", error, StringComparison.Ordinal);

        var (again, document, _) = Tool.Run([.. search, "--json", "--quiet"]);
        Assert.Equal(code, again);
        var json = Json.Parse(document);
        Assert.Equal("stale-write", json.GetProperty("violation").GetProperty("property").GetString());
        Assert.Null(json.GetProperty("violation").GetProperty("traceFile").GetString());
        Assert.NotNull(json.GetProperty("writeError").GetString());
    }

    [Theory]
    [InlineData("--fault-kinds", "drop")]
    [InlineData("--faults-on", "DrainComplete")]
    public void Faults_of_some_kind_that_nobody_asked_for_are_a_mistake(string option, string value)
    {
        var (code, _, error) = Explore(option, value);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("no faults are asked for", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_says_what_no_search_explores()
    {
        var sentences = Json.Parse(Explore("--protocol", "memcpy", "--strategy", "dpor", "--json").Out).GetProperty("notExplored")
            .EnumerateArray().Select(sentence => sentence.GetString()!).ToArray();
        Assert.Equal(2, sentences.Length);
        Assert.StartsWith("Start-up has one order", sentences[0], StringComparison.Ordinal);
        Assert.StartsWith("Timers, restarts and delayed messages", sentences[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--strategy", "bfs")]
    [InlineData("--strategy", "pct:0")]
    [InlineData("--budget", "10000")]
    [InlineData("--budget", "0s")]
    [InlineData("--budget", "-3s")]
    [InlineData("--faults", "-1")]
    [InlineData("--faults", "some")]
    [InlineData("--protocol", "magic")]
    [InlineData("--set", "topology.guests=2")]
    public void What_it_cannot_search_with_is_told_with_what_is_accepted(string option, string value)
    {
        var (code, _, error) = Explore(option, value);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("accepted: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_was_changed_is_a_divergence_that_is_named()
    {
        var path = Counterexample();
        var lines = File.ReadAllLines(path);
        var at = Array.FindIndex(lines, line => line.StartsWith("{\"step\":20,", StringComparison.Ordinal));
        lines[at] = lines[at].Replace("\"cause\":", "\"cause\":1", StringComparison.Ordinal);
        File.WriteAllText(path, string.Join('\n', lines) + "\n");

        var (code, output, _) = Tool.Run("replay", path);
        Assert.Equal(ExitCode.Diverged, code);
        Assert.Contains($"DIVERGED at step 20 (line {at + 1})\nrecorded: {lines[at]}\nreplayed: {{\"step\":20,", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Choices_that_were_changed_diverge_and_a_missing_end_does_too()
    {
        var path = Counterexample();
        var text = File.ReadAllText(path);
        var choices = text.IndexOf("\"choices\":[", StringComparison.Ordinal) + 11;
        File.WriteAllText(path, text[..choices] + "999," + text[choices..]);
        Assert.Equal(ExitCode.Diverged, Tool.Run("replay", path).Code);

        File.WriteAllText(path, text[..(text.TrimEnd().LastIndexOf('\n') + 1)]);
        var (code, output, _) = Tool.Run("replay", path, "--json");
        Assert.Equal(ExitCode.Diverged, code);
        Assert.Null(Json.Parse(output).GetProperty("divergence").GetProperty("recorded").GetString());
    }

    [Fact]
    public void Choices_that_only_happen_to_lead_to_the_same_lines_diverge()
    {
        var path = Counterexample();
        var text = File.ReadAllText(path);
        var begin = text.IndexOf("\"choices\":[", StringComparison.Ordinal) + 11;
        var end = text.IndexOf(']', begin);
        var choices = text[begin..end].Split(',');
        var places = new List<string>();
        for (var i = 0; i < choices.Length; i++)
        {
            // What is impossible comes to the last that is possible, which may be what was chosen.
            string[] changed = [.. choices[..i], "99", .. choices[(i + 1)..]];
            File.WriteAllText(path, text[..begin] + string.Join(',', changed) + text[end..]);
            var (code, output, _) = Tool.Run("replay", path);
            Assert.Equal(ExitCode.Diverged, code);
            places.Add(output.Split('\n').Single(line => line.StartsWith("DIVERGED", StringComparison.Ordinal)));
        }
        Assert.Contains("DIVERGED at the header (line 1)", places);
    }

    [Fact]
    public void A_header_with_more_faults_than_a_search_may_ask_for_is_refused()
    {
        var path = Counterexample();
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"faults\":0", "\"faults\":1000000000", StringComparison.Ordinal));
        var (code, _, error) = Tool.Run("replay", path);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("accepted: 0 to 1000", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_file_is_refused_with_its_line()
    {
        var path = Counterexample();
        File.AppendAllText(path, "{\"step\":1}\n");
        var lines = File.ReadAllLines(path).Length;
        var (code, _, error) = Tool.Run("replay", path);
        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith($"{path}:{lines}: ", error, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Usage, Tool.Run("replay", _folder["nowhere.jsonl"]).Code);
    }

    [Fact]
    public void A_run_in_virtual_time_replays_from_its_seed_and_the_scenario_beside_it()
    {
        Tool.Run("run", "stale-dma", "--seed", "3", "--out", _folder["run"], "--quiet", "--set", "workload.rounds=5");
        var (code, output, _) = Tool.Run("replay", _folder["run/trace.jsonl"], "--json");
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.True(Json.Parse(output).GetProperty("identical").GetBoolean());
    }

    [Fact]
    public void A_budget_has_one_form_for_each_unit()
    {
        Assert.Equal(new Budget(7, null), Budget.Parse("7-schedules"));
        Assert.Equal(new Budget(null, TimeSpan.FromSeconds(30)), Budget.Parse("30s"));
    }

    /// <summary>A second passes whenever somebody looks.</summary>
    private sealed class CountingClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }
}
