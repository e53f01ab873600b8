using System.Security.Cryptography;
using VIommuActors.Experiments.Running;

namespace VIommuActors.Cli.Tests;

public sealed class RunTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private (ExitCode Code, string Out, string Error) RunFake(FakeRunner runner, string[] args, CancellationToken cancel = default)
    {
        var console = new TestConsole();
        console.Variables["VIOMMU_RUNS_DIR"] = _folder.Path;
        return Tool.Run(runner, ["run", .. args], console, cancel: cancel);
    }

    [Fact]
    public void The_document_has_these_fields_in_this_order()
    {
        var (code, output, error) = RunFake(Tool.Plausible, ["stale-dma", "--json", "--seed", "0x2a"]);
        Assert.Equal((ExitCode.AsExpected, ""), (code, error));
        var document = Json.Parse(output);
        Assert.Equal(
            [
                "schema", "scenario", "seed", "protocol", "verdict", "violations", "dmas", "invalidations", "invalidationNs", "dmaNs",
                "messagesPerInvalidation", "hypercallsPerDma", "bytesCopiedPerDma", "dmasDone", "dmasFaulted", "dmasAbandoned", "dmasOpen", "messages",
                "hypercallsPerInvalidation", "exposedAccesses", "exposureMaxNs", "runs", "runsViolated", "runsHung", "runsCutOff", "vcpusStuck", "vcpusStopped", "expected",
                "outcome", "traceFile", "traceSha256", "ending", "steps", "virtualNs", "repro",
            ], Json.Names(document));
        Assert.Equal("viommu.run/1", document.GetProperty("schema").GetString());
        Assert.Equal(("stale-dma", 42), (document.GetProperty("scenario").GetString(), document.GetProperty("seed").GetInt64()));
        Assert.Equal(("drain", "held", "complete"), (
            document.GetProperty("protocol").GetString(), document.GetProperty("verdict").GetString(), document.GetProperty("ending").GetString()));
        Assert.Equal("viommu run stale-dma --protocol drain --seed 0x2a", document.GetProperty("repro").GetString());
        var trace = document.GetProperty("traceFile").GetString()!;
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(trace))), document.GetProperty("traceSha256").GetString());
    }

    [Fact]
    public void Artefacts_go_into_a_folder_named_for_time_seed_and_protocol_with_a_link_to_the_latest()
    {
        var (_, output, _) = RunFake(Tool.Plausible, ["stale-dma", "--seed", "7"]);
        var path = Path.Combine(_folder["stale-dma"], "20260102T030405-0x7-drain");
        Assert.Equal(
            ["manifest.json", "scenario.conf", "summary.json", "summary.txt", "trace.jsonl"],
            Directory.GetFiles(path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains($"artefacts in {path}", output, StringComparison.Ordinal);
        Assert.Equal("20260102T030405-0x7-drain", new DirectoryInfo(Path.Combine(_folder["stale-dma"], "latest")).LinkTarget);

        RunFake(Tool.Plausible, ["stale-dma", "--seed", "7"]);
        Assert.True(File.Exists(Path.Combine(path + "-2", "trace.jsonl")));
        Assert.Equal("20260102T030405-0x7-drain-2", new DirectoryInfo(Path.Combine(_folder["stale-dma"], "latest")).LinkTarget);
    }

    [Fact]
    public void The_manifest_is_there_before_the_run_and_gets_the_verdict_after_it()
    {
        var before = "";
        var runner = new FakeRunner((request, _) =>
        {
            before = File.ReadAllText(_folder["out/manifest.json"]);
            return Tool.Result(request, staleWrites: 1);
        });
        var (code, _, _) = RunFake(runner, ["stale-dma", "--out", _folder["out"], "--seed", "9", "--set", "topology.vcpus=3"]);
        Assert.Equal(ExitCode.Violation, code);
        var (first, last) = (Json.Parse(before), Json.Parse(File.ReadAllText(_folder["out/manifest.json"])));
        Assert.Null(first.GetProperty("verdict").GetString());
        Assert.Equal("violated", last.GetProperty("verdict").GetString());
        Assert.Equal("unexpected-violation", last.GetProperty("outcome").GetString());
        foreach (var manifest in new[] { first, last })
        {
            Assert.Equal("0x9", manifest.GetProperty("seed").GetString());
            Assert.Equal("viommu run stale-dma --protocol drain --seed 0x9 --set topology.vcpus=3", manifest.GetProperty("repro").GetString());
            Assert.Contains("vcpus = 3", manifest.GetProperty("scenarioText").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_crash_leaves_the_manifest_and_nothing_half_written()
    {
        var runner = new FakeRunner((_, _) => throw new InvalidOperationException("no such luck"));
        var (code, output, error) = RunFake(runner, ["stale-dma", "--out", _folder["out"], "--seed", "9", "--json"]);
        Assert.Equal(ExitCode.Internal, code);
        Assert.Equal(["manifest.json"], Directory.GetFiles(_folder["out"]).Select(Path.GetFileName));
        Assert.Equal(70, Json.Parse(output).GetProperty("exitCode").GetInt32());
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException: no such luck; report: ", error, StringComparison.Ordinal);
        var report = error[(error.IndexOf("report: ", StringComparison.Ordinal) + 8)..].TrimEnd();
        var text = File.ReadAllText(report);
        File.Delete(report);
        Assert.Contains("command viommu run stale-dma --out", text, StringComparison.Ordinal);
        Assert.Contains("   at ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_trace_there_is_none()
    {
        var (code, output, _) = RunFake(Tool.Plausible, ["stale-dma", "--out", _folder["out"], "--no-trace", "--json"]);
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.False(File.Exists(_folder["out/trace.jsonl"]));
        var document = Json.Parse(output);
        Assert.Null(document.GetProperty("traceFile").GetString());
        Assert.Null(document.GetProperty("traceSha256").GetString());
    }

    [Fact]
    public void A_second_run_that_differs_is_a_divergence_named_by_its_first_line()
    {
        var runs = 0;
        var runner = new FakeRunner((request, _) =>
        {
            request.Trace!.Note(1, 1, "test", new Remark("same"));
            request.Trace!.Note(2, 2, "test", new Remark(++runs == 1 ? "first" : "second"));
            return Tool.Result(request);
        });
        var (code, output, _) = RunFake(runner, ["stale-dma", "--out", _folder["out"], "--check-determinism", "--json"]);
        Assert.Equal(ExitCode.Diverged, code);
        Assert.False(Json.Parse(output).GetProperty("deterministic").GetBoolean());
        Assert.True(File.Exists(_folder["out/trace.second.jsonl"]));
        var summary = File.ReadAllText(_folder["out/summary.txt"]);
        Assert.Contains("DIVERGED: line 3 of the trace is {\"note\":\"first\"", summary, StringComparison.Ordinal);
        Assert.EndsWith("viommu run stale-dma --protocol drain --seed 0x1\n", summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_second_run_that_is_the_same_leaves_no_second_trace(bool noTrace)
    {
        string[] option = noTrace ? ["--no-trace"] : [];
        var (code, output, _) = RunFake(Tool.Plausible, ["stale-dma", "--out", _folder["out"], "--check-determinism", "--json", .. option]);
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.True(Json.Parse(output).GetProperty("deterministic").GetBoolean());
        Assert.False(File.Exists(_folder["out/trace.second.jsonl"]));
        Assert.Equal(!noTrace, File.Exists(_folder["out/trace.jsonl"]));
    }

    [Fact]
    public void An_interrupted_run_keeps_its_artefacts_and_returns_130()
    {
        using var interrupt = new CancellationTokenSource();
        var runner = new FakeRunner((request, _) =>
        {
            interrupt.Cancel();
            return Tool.Result(request, ending: RunEnding.Cancelled);
        });
        var (code, output, error) = RunFake(runner, ["stale-dma", "--out", _folder["out"], "--check-determinism"], interrupt.Token);
        Assert.Equal(ExitCode.Interrupted, code);
        Assert.Contains("INCONCLUSIVE: drain held, but interrupted", output, StringComparison.Ordinal);
        Assert.Contains("cancelled after 1,234 steps", output, StringComparison.Ordinal);
        Assert.Contains("to run it again: viommu run stale-dma --protocol drain --seed 0x1", error, StringComparison.Ordinal);
        Assert.Equal("cancelled", Json.Parse(File.ReadAllText(_folder["out/manifest.json"])).GetProperty("ending").GetString());
        Assert.True(File.Exists(_folder["out/trace.jsonl"]));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_the_environments_fault()
    {
        File.WriteAllText(_folder["file"], "");
        var (code, output, error) = RunFake(Tool.Plausible, ["stale-dma", "--out", _folder["file/below"]]);
        Assert.Equal((ExitCode.Environment, ""), (code, output));
        Assert.Contains("--out DIR", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_kept_scenario_loads_back_to_the_same_one()
    {
        RunFake(Tool.Plausible, ["stale-dma", "--out", _folder["out"], "--set", "workload.rounds=3"]);
        var (code, output, _) = Tool.Run("scenario", "show", _folder["out/scenario.conf"], "--json");
        Assert.Equal(ExitCode.AsExpected, code);
        Assert.Contains(Json.Parse(output).GetProperty("values").EnumerateArray(), value =>
            value.GetProperty("key").GetString() == "viommu.scenario.workload.rounds" && value.GetProperty("value").GetString() == "3");
    }

    private sealed record Remark(string Name) : Trace.ITraced
    {
        public void Describe(ref Trace.TraceFields fields)
        {
        }
    }
}
