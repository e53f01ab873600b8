using VIommuActors.Cli.Scaling;
using VIommuActors.Cli.Reporting;
using VIommuActors.Scenarios;

namespace VIommuActors.Cli.Tests;

/// <summary>Runs in real time through the tool: few guests, short windows.</summary>
public sealed class ScaleTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private (ExitCode Code, string Out, string Error) Scale(params string[] args) => Tool.Run(["scale", "--quiet", "--out", _folder["out"], .. args]);

    [Fact]
    public void The_document_begins_with_the_fields_that_others_read()
    {
        var (code, output, error) = Scale("--guests", "3", "--vcpus", "2", "--devices", "3", "--json", "--set", "workload.rounds=5");

        Assert.Equal((ExitCode.AsExpected, ""), (code, error));
        var document = Json.Parse(output);
        Assert.Equal(
            [
                "schema", "guests", "dmas", "seconds", "messages", "messagesPerSecond", "bytesPerGuest", "violations", "invalidationNs", "dmaNs",
                "scenario", "seed", "protocol", "vcpus", "devices", "oracle", "verdict", "expected", "outcome", "ending", "dmasPerSecond",
                "invalidations", "issued", "done", "faulted", "abandoned", "open", "vcpusStuck", "vcpusStopped", "guestsUnended",
                "touchedBytesPerGuest", "bytesCopied", "startSeconds", "endSeconds", "folder", "repro",
            ], Json.Names(document));
        Assert.Equal("viommu.scale/1", document.GetProperty("schema").GetString());
        Assert.Equal(["p50", "p99", "max"], Json.Names(document.GetProperty("dmaNs")));
        Assert.Equal(["stale-write", "stale-read", "escape", "wrong-fault", "lost-completion", "lost-dma"],
            Json.Names(document.GetProperty("violations")));
        long Number(string name) => document.GetProperty(name).GetInt64();
        Assert.Equal((3L, 2L, 3L, 240L), (Number("guests"), Number("vcpus"), Number("devices"), Number("issued")));
        Assert.Equal(Number("issued"), Number("done") + Number("faulted") + Number("abandoned") + Number("open"));
        Assert.Equal(("held", "complete"), (document.GetProperty("verdict").GetString(), document.GetProperty("ending").GetString()));
        Assert.Equal(
            "viommu scale scale --guests 3 --vcpus 2 --devices 3 --protocol drain --seed 0x1 --set workload.rounds=5",
            document.GetProperty("repro").GetString());
    }

    [Fact]
    public void Every_artefact_is_there_and_can_be_read()
    {
        var (code, _, error) = Scale("--guests", "4", "--duration", "300ms", "--protocol", "memcpy");

        Assert.Equal((ExitCode.AsExpected, ""), (code, error));
        string Text(string name) => File.ReadAllText(_folder[Path.Combine("out", name)]);
        var manifest = Json.Parse(Text("manifest.json"));
        Assert.Equal(("memcpy", "held", "complete"), (
            manifest.GetProperty("protocol").GetString(), manifest.GetProperty("verdict").GetString(), manifest.GetProperty("ending").GetString()));
        Assert.Equal("viommu.scale/1", Json.Parse(Text("summary.json")).GetProperty("schema").GetString());
        Assert.Contains("memory per guest", Text("summary.txt"), StringComparison.Ordinal);
        Assert.StartsWith("percentile,invalidation_ns,dma_ns\n0,", Text("latency.csv"), StringComparison.Ordinal);
        var throughput = Text("throughput.csv").TrimEnd().Split('\n');
        Assert.StartsWith("elapsed_s,dmas,invalidations,messages,", throughput[0], StringComparison.Ordinal);
        Assert.All(throughput, line => Assert.Equal(7, line.Split(',').Length));
        Assert.True(throughput.Length >= 3, "a sample at the beginning and one at the end, at least");
        foreach (var name in new[] { "latency-invalidation.hgrm", "latency-dma.hgrm" })
        {
            Assert.Contains("#[Max ", Text(name), StringComparison.Ordinal);
        }
        foreach (var name in new[] { "latency.svg", "throughput.svg" }) Assert.Contains("<svg", Text(name), StringComparison.Ordinal);
        foreach (var name in new[] { "latency.png", "throughput.png" })
        {
            Assert.Equal("PNG"u8, File.ReadAllBytes(_folder[Path.Combine("out", name)]).AsSpan(1, 3));
        }
        Assert.Contains("kind = dma-engine", Text("scenario.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_judge_the_result_says_so()
    {
        var (code, output, _) = Scale("--guests", "2", "--no-oracle");
        Assert.Equal((ExitCode.AsExpected, "scale: drain unjudged (no oracle: nobody judged)\n"), (code, output));
    }

    [Theory]
    [InlineData("expect.verdict=violated", ExitCode.BudgetEnded, "INCONCLUSIVE")]
    [InlineData("expect.verdict=hung", ExitCode.BudgetEnded, "INCONCLUSIVE")]
    [InlineData("expect.verdict=held", ExitCode.AsExpected, "(as expected)")]
    public void What_the_scenario_expects_decides_the_code(string expectation, ExitCode expected, string told)
    {
        var (code, output, _) = Scale("--guests", "2", "--set", expectation);
        Assert.Equal(expected, code);
        Assert.Contains(told, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Guests_that_wait_for_ever_are_hung_and_the_code_is_3()
    {
        var (code, output, _) = Scale(
            "--guests", "2", "--json", "--set", "faults=[{on=DrainComplete,drop=1/1}]", "--set", "timing-ns.invalidation-timeout=100000000");
        Assert.Equal(ExitCode.NotLive, code);
        var document = Json.Parse(output);
        Assert.Equal(("hung", 2), (document.GetProperty("verdict").GetString(), document.GetProperty("violations").GetProperty("lost-completion").GetInt32()));
    }

    [Fact]
    public void Interrupted_it_keeps_and_prints_what_there_is()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        using var console = new TestConsole();
        string[] args = ["scale", "--guests", "4", "--duration", "10m", "--json", "--out", _folder["out"]];

        var (code, output, error) = Tool.Run(Tool.Plausible, args, console, TimeProvider.System, cancel.Token);

        Assert.Equal(ExitCode.Interrupted, code);
        Assert.Contains("to run it again: viommu scale scale --guests 4 --duration 10m", error, StringComparison.Ordinal);
        var document = Json.Parse(output);
        Assert.Equal("cancelled", document.GetProperty("ending").GetString());
        Assert.True(document.GetProperty("issued").GetInt64() > 0);
        Assert.True(File.Exists(_folder["out/summary.json"]));
        Assert.True(File.Exists(_folder["out/throughput.csv"]));
    }

    [Fact]
    public void Guests_that_cannot_fit_into_memory_are_refused_before_anything_runs()
    {
        var (code, output, error) = Scale("--guests", "100000", "--vcpus", "64", "--set", "topology.ram-mib=64", "--set", "workload.buffer-pages=512");
        Assert.Equal((ExitCode.Environment, ""), (code, output));
        Assert.Contains("GiB", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public void The_estimate_grows_with_the_guests_and_says_how_many_fit()
    {
        var scenario = ScenarioLoader.Load("scale", ["topology.guests=1000"]);
        var needed = MemoryEstimate.Of(scenario);
        Assert.InRange(needed, 50_000_000, 300_000_000);
        MemoryEstimate.Require(scenario, needed * 2);
        var refusal = Assert.Throws<ToolException>(() => MemoryEstimate.Require(scenario, needed / 2));
        Assert.Contains("some 400 fit", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_by_the_real_clock_has_the_document_of_a_run_and_no_trace()
    {
        var (code, output, _) = Tool.Run("run", "many-guests", "--clock", "real", "--json", "--quiet", "--out", _folder["run"]);

        Assert.Equal(ExitCode.AsExpected, code);
        var document = Json.Parse(output);
        Assert.Equal(("viommu.run/1", "real", "held"), (
            document.GetProperty("schema").GetString(), document.GetProperty("clock").GetString(), document.GetProperty("verdict").GetString()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, document.GetProperty("traceFile").ValueKind);
        Assert.Equal(4 * 2 * 20, document.GetProperty("dmas").GetInt64());
        Assert.True(document.GetProperty("realNs").GetInt64() > 0);
        Assert.True(document.GetProperty("messagesPerInvalidation").GetDouble() > 1);
        Assert.Equal("viommu run many-guests --protocol drain --seed 0x1 --clock real", document.GetProperty("repro").GetString());
        Assert.False(File.Exists(_folder["run/trace.jsonl"]));
    }
}
