using System.Text.Json;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Running;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cli.Tests;

public sealed class CompareTests
{
    private static readonly string[] ProtocolFields =
    [
        "protocol", "verdict", "violations", "dmas", "invalidations", "invalidationNs", "dmaNs", "messagesPerInvalidation", "hypercallsPerDma",
        "bytesCopiedPerDma", "dmasDone", "dmasFaulted", "dmasAbandoned", "dmasOpen", "messages", "hypercallsPerInvalidation", "exposedAccesses",
        "exposureMaxNs", "runs", "runsViolated", "runsHung", "runsCutOff", "vcpusStuck", "vcpusStopped", "expected", "outcome",
    ];

    [Fact]
    public void The_document_has_these_fields_in_this_order()
    {
        var (code, output, error) = Tool.Run(Tool.Plausible, ["compare", "--json", "--seed", "5", "--runs", "2"]);
        Assert.Equal((ExitCode.AsExpected, ""), (code, error));
        var document = Json.Parse(output);
        Assert.Equal(["schema", "scenario", "seed", "runs", "protocols", "alsoRegister"], Json.Names(document));
        Assert.Equal("viommu.compare/1", document.GetProperty("schema").GetString());
        Assert.Equal("stale-dma-queued", document.GetProperty("scenario").GetString());
        Assert.Equal((5, 2), (document.GetProperty("seed").GetInt64(), document.GetProperty("runs").GetInt64()));
        Assert.Equal(["translate", "memcpy", "ats", "drain"], ProtocolsOf(document));
        var register = document.GetProperty("alsoRegister");
        Assert.Equal(("viommu.compare/1", "stale-dma"), (register.GetProperty("schema").GetString(), register.GetProperty("scenario").GetString()));
        Assert.Equal(["translate", "memcpy", "drain"], ProtocolsOf(register));

        var translate = document.GetProperty("protocols")[0];
        Assert.Equal(ProtocolFields, Json.Names(translate));
        Assert.Equal("violated", translate.GetProperty("verdict").GetString());
        Assert.Equal(["stale-write", "stale-read", "escape", "wrong-fault", "lost-completion", "lost-dma"], Json.Names(translate.GetProperty("violations")));
        Assert.Equal(4, translate.GetProperty("violations").GetProperty("stale-write").GetInt64());
        Assert.Equal((640, 160), (translate.GetProperty("dmas").GetInt64(), translate.GetProperty("invalidations").GetInt64()));
        foreach (var latency in new[] { "invalidationNs", "dmaNs" })
        {
            Assert.Equal(["p50", "p99", "max"], Json.Names(translate.GetProperty(latency)));
        }
        Assert.Equal(1579, translate.GetProperty("invalidationNs").GetProperty("max").GetInt64());
        Assert.Equal(2.0, translate.GetProperty("hypercallsPerDma").GetDouble());
        Assert.Equal(2, translate.GetProperty("runsViolated").GetInt64());
        Assert.Equal(("violated", "as-expected"), (translate.GetProperty("expected").GetString(), translate.GetProperty("outcome").GetString()));
    }

    [Fact]
    public void With_a_scenario_given_only_that_one_is_compared()
    {
        var document = Json.Parse(Tool.Run(Tool.Plausible, ["compare", "stale-dma-queued", "--json", "--runs", "1"]).Out);
        Assert.Equal(["schema", "scenario", "seed", "runs", "protocols"], Json.Names(document));
        Assert.Equal("stale-dma-queued", document.GetProperty("scenario").GetString());
    }

    [Fact]
    public void An_expectation_that_is_not_stated_is_null()
    {
        var document = Json.Parse(Tool.Run(Tool.Plausible, ["compare", "never-idle", "--json", "--runs", "1", "--protocol", "translate"]).Out);
        Assert.Equal(JsonValueKind.Null, document.GetProperty("protocols")[0].GetProperty("expected").ValueKind);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0xfffffffffffffffe", 0xfffffffffffffffe)]
    public void Every_protocol_gets_the_same_seeds_in_the_same_order(string seed, ulong first)
    {
        var seen = new List<(string, ulong)>();
        var runner = new FakeRunner((request, _) =>
        {
            seen.Add((request.Protocol, request.Seed));
            return Tool.Result(request, request.Protocol == "translate" ? 1 : 0);
        });
        Tool.Run(runner, ["compare", "stale-dma", "--seed", seed, "--runs", "3"]);
        ulong[] seeds = [first, unchecked(first + 1), unchecked(first + 2)];
        Assert.Equal(new[] { "translate", "memcpy", "drain" }.SelectMany(name => seeds.Select(one => (name, one))), seen);
    }

    [Fact]
    public void Overrides_reach_the_scenario_and_the_command_that_repeats_a_finding()
    {
        Scenario? ran = null;
        var runner = new FakeRunner((request, _) =>
        {
            ran = request.Scenario;
            return Tool.Result(request, staleWrites: request.Protocol == "translate" ? 1 : 0);
        });
        var (_, output, _) = Tool.Run(runner, ["compare", "stale-dma", "--runs", "1", "--set", "topology.vcpus=3", "--set", "viommu.scenario.workload.rounds=2"]);
        Assert.Equal((3, 2), (ran!.Topology.Vcpus, ran.Workload.Rounds));
        Assert.EndsWith(
            "viommu run stale-dma --protocol translate --seed 0x1 --set topology.vcpus=3 --set viommu.scenario.workload.rounds=2\n", output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_seed_comes_first_and_the_seed_of_the_failing_run_last()
    {
        // translate breaks in every run, which is expected; drain only in the third, which is the news.
        var runner = new FakeRunner((request, _) => Tool.Result(request, request.Protocol == "translate" || request is { Protocol: "drain", Seed: 12 } ? 1 : 0));
        var (code, output, _) = Tool.Run(runner, ["compare", "stale-dma", "--seed", "10", "--runs", "5"]);
        Assert.Equal(ExitCode.Violation, code);
        var lines = output.TrimEnd().Split('\n');
        Assert.StartsWith("seed 0xa to 0xe: 5 runs", lines[0], StringComparison.Ordinal);
        Assert.Contains("UNEXPECTED: drain violated, expected held", lines);
        Assert.StartsWith("drain, seed 0xc: stale-write: ", lines[^2], StringComparison.Ordinal);
        Assert.Equal("viommu run stale-dma --protocol drain --seed 0xc", lines[^1]);
    }

    public static TheoryData<string, int, int, int, ExitCode> Endings => new()
    {
        // protocol that is odd, its stale writes, its lost completions, how it ended, exit code
        { "drain", 0, 0, (int)RunEnding.Complete, ExitCode.AsExpected },
        { "drain", 1, 0, (int)RunEnding.Complete, ExitCode.Violation },
        { "drain", 0, 1, (int)RunEnding.Complete, ExitCode.NotLive },
        { "drain", 1, 1, (int)RunEnding.Complete, ExitCode.Violation },
        { "drain", 0, 0, (int)RunEnding.StepLimit, ExitCode.BudgetEnded },
        { "drain", 0, 0, (int)RunEnding.TimeLimit, ExitCode.BudgetEnded },
        { "translate", 0, 0, (int)RunEnding.Complete, ExitCode.BudgetEnded },
        { "translate", 1, 0, (int)RunEnding.StepLimit, ExitCode.AsExpected },
        { "translate", 0, 1, (int)RunEnding.Complete, ExitCode.NotLive },
    };

    [Theory]
    [MemberData(nameof(Endings))]
    public void The_exit_code_says_how_verdicts_compare_to_what_is_expected(string odd, int staleWrites, int lostCompletions, int ending, ExitCode expected)
    {
        var runner = new FakeRunner((request, _) => request.Protocol == odd
            ? Tool.Result(request, staleWrites, lostCompletions, (RunEnding)ending)
            : Tool.Result(request, request.Protocol == "translate" ? 1 : 0));
        var (code, output, _) = Tool.Run(runner, ["compare", "stale-dma", "--runs", "1"]);
        Assert.Equal(expected, code);
        Assert.Equal(expected is ExitCode.Violation or ExitCode.NotLive, output.Contains("UNEXPECTED: ", StringComparison.Ordinal));
        Assert.Equal(expected == ExitCode.BudgetEnded, output.Contains("INCONCLUSIVE: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_combination_that_cannot_be_is_told_with_the_key_to_change()
    {
        var runner = new FakeRunner((_, _) => throw new UnsupportedCombinationException("topology.ram-mib", "64", "the recording needs more", "at least 512"));
        var (code, output, error) = Tool.Run(runner, ["compare", "stale-dma"]);
        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.Equal("viommu: viommu.scenario.topology.ram-mib = 64: the recording needs more; accepted: at least 512\n", error);

        var told = Json.Parse(Tool.Run(runner, ["compare", "stale-dma", "--json"]).Out).GetProperty("errors")[0];
        Assert.Equal(("viommu.scenario.topology.ram-mib", "64", "at least 512"), (
            told.GetProperty("key").GetString(), told.GetProperty("value").GetString(), told.GetProperty("accepted").GetString()));
    }

    [Fact]
    public void A_guest_that_stands_still_without_a_violation_is_counted_and_its_seed_shown()
    {
        var runner = new FakeRunner((request, _) =>
        {
            var result = Tool.Result(request, request.Protocol == "translate" ? 1 : 0);
            if (request is { Protocol: "drain", Seed: 2 })
            {
                (result.Figures.StuckVcpus, result.Figures.StoppedVcpus, result.Figures.DmasOpen) = (3, 1, 5);
            }
            return result;
        });
        var (code, output, _) = Tool.Run(runner, ["compare", "stale-dma", "--runs", "2"]);
        Assert.Equal(ExitCode.NotLive, code);
        Assert.Contains("\ndrain: vCPUs stuck: 3, stopped: 1\n", output, StringComparison.Ordinal);
        Assert.EndsWith("\ndrain, seed 0x2: vCPUs stuck: 3, stopped: 1\nviommu run stale-dma --protocol drain --seed 0x2\n", output, StringComparison.Ordinal);

        var drain = Json.Parse(Tool.Run(runner, ["compare", "stale-dma", "--runs", "2", "--json"]).Out).GetProperty("protocols")[2];
        Assert.Equal((3, 1, 5), (
            drain.GetProperty("vcpusStuck").GetInt64(), drain.GetProperty("vcpusStopped").GetInt64(), drain.GetProperty("dmasOpen").GetInt64()));
    }

    [Fact]
    public void Quiet_leaves_the_verdict_lines()
    {
        var (_, output, error) = Tool.Run(Tool.Plausible, ["compare", "--runs", "1", "--quiet"]);
        Assert.Equal(
            """
            stale-dma: translate violated; memcpy, drain held (as expected)
            stale-dma-queued: translate violated; memcpy, ats, drain held (as expected)

            """, output);
        Assert.Equal("", error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_interrupt_prints_what_there_is_and_returns_130(bool json)
    {
        using var interrupt = new CancellationTokenSource();
        var runner = new FakeRunner((request, cancel) =>
        {
            if (request is { Protocol: "memcpy", Seed: 3 })
            {
                interrupt.Cancel();
            }
            return cancel.IsCancellationRequested ? Tool.Result(request, lostCompletions: 9, ending: RunEnding.Cancelled) : Tool.Result(request);
        });
        string[] args = ["compare", "stale-dma", "--runs", "5", .. json ? ["--json"] : Array.Empty<string>()];
        var (code, output, error) = Tool.Run(runner, args, cancel: interrupt.Token);
        Assert.Equal(ExitCode.Interrupted, code);
        Assert.Contains("interrupted", error, StringComparison.Ordinal);
        if (json)
        {
            var document = Json.Parse(output);
            Assert.True(document.GetProperty("interrupted").GetBoolean());
            var runs = document.GetProperty("protocols").EnumerateArray().Select(one => one.GetProperty("runs").GetInt64());
            Assert.Equal([5, 2], runs);
            Assert.Equal("goal-not-reached", document.GetProperty("protocols")[1].GetProperty("outcome").GetString());
        }
        else
        {
            Assert.Contains("INCONCLUSIVE: memcpy held, but interrupted after 2 runs", output, StringComparison.Ordinal);
            Assert.DoesNotContain("drain", output, StringComparison.Ordinal);
            Assert.DoesNotContain("hung", output, StringComparison.Ordinal);
        }
    }

    private static string[] ProtocolsOf(JsonElement document) =>
        [.. document.GetProperty("protocols").EnumerateArray().Select(one => one.GetProperty("protocol").GetString()!)];
}
