namespace VIommuActors.Cli.Tests;

public sealed class BadInputTests
{
    public static TheoryData<string, string> Lines => new()
    {
        { "", "a verb is missing" },
        { "comprae", "did you mean compare?" },
        { "scenario", "a verb is missing" },
        { "scenario lsit", "did you mean list?" },
        { "doctor now", "one word too many" },
        { "compare --sed 5", "did you mean --seed?" },
        { "compare --jsn", "did you mean --json?" },
        { "compare -x", "there is no option -x" },
        { "compare a b", "one word too many" },
        { "compare stale-dme", "did you mean stale-dma?" },
        { "compare --seed", "--seed" },
        { "compare --seed abc", "not a seed" },
        { "compare --seed -1", "not a seed" },
        { "compare --seed 0x", "not a seed" },
        { "compare --seed 0x12345678123456789", "not a seed" },
        { "compare --seed 1 --seed 2", "--seed" },
        { "compare --runs 0", "1 to 1,000,000" },
        { "compare --runs -3", "1 to 1,000,000" },
        { "compare --runs 1e3", "1 to 1,000,000" },
        { "compare --runs 1000001", "1 to 1,000,000" },
        { "compare --protocol trnslate", "did you mean translate?" },
        { "compare --protocol drian --protocol ats", "accepted: translate, memcpy, ats, drain" },
        { "compare stale-dma --protocol ats", "queued invalidation" },
        { "compare --set", "--set" },
        { "compare --set vcpus", "expected key=value" },
        { "compare --set topology.vcpu=2", "topology.vcpu" },
        { "compare --set topology.vcpus=many", "topology.vcpus = many" },
        { "compare --set topology.vcpus=-1", "topology.vcpus" },
        { "run", "SCENARIO" },
        { "run strom", "did you mean storm?" },
        { "run stale-dma --protocol DRAIN", "there is no protocol" },
        { "run stale-dma --protocol ats", "queued invalidation" },
        { "run stale-dma --clock wall", "accepted: virtual, real" },
        { "run stale-dma --clock real --check-determinism", "accepted: --clock virtual" },
        { "run linux-trace --clock real", "accepted: virtual" },
        { "scale --guests 0", "accepted: 1 to 100000" },
        { "scale --guests 100001", "accepted: 1 to 100000" },
        { "scale --guests -1", "accepted: 1 to 100000" },
        { "scale --guests many", "not a number of guests" },
        { "scale --vcpus 65", "accepted: 1 to 64" },
        { "scale --devices 0", "accepted: 1 to 240" },
        { "scale --duration 10", "not a duration" },
        { "scale --duration 0s", "accepted: 100ms to 24h" },
        { "scale --duration 99h", "accepted: 100ms to 24h" },
        { "scale --duration -5s", "not a duration" },
        { "scale --protocol drian", "did you mean drain?" },
        { "scale scael", "did you mean scale?" },
        { "scale stale-dma --protocol ats", "queued invalidation" },
        { "scale linux-trace", "a recording is replayed in virtual time" },
        { "scale mapper --devices 2 --set topology.devices=[{kind=mapper},{kind=nic}]", "several groups of devices" },
        { "scale --seed abc", "not a seed" },
        { "scale --set topology.vcpu=2", "topology.vcpu" },
        { "run stale-dma --out", "--out" },
        { "run ./no/such/file.conf", "no/such/file.conf" },
        { "run stale-dma --replay", "there is no option --replay" },
        { "run /", "/: is a directory" },
        { "run linux-trace --set workload.file=/", "this is a directory" },
        { "run linux-trace --set topology.guests=2", "a recording is of one guest" },
        { "run @file", "there is no scenario of that name" },
        { "run stale-dma --log-json /no/such/folder/log", "--log-json" },
        { "scenario show", "NAME" },
        { "scenario show nothing", "there is no scenario of that name" },
        { "scenario lint", "PATH" },
        { "node", "--role" },
        { "node --role guest", "accepted: hypervisor, device-model, coordinator" },
        { "node --role hypervisor --port 65536", "0 to 65535" },
        { "node --role hypervisor --port many", "--port" },
        { "node --role hypervisor --http-port -1", "0 to 65535" },
        { "node --role hypervisor --max-machines 0", "1 to 100,000" },
        { "node --role hypervisor --seed nowhere", "host:port" },
        { "node --role hypervisor --seed nowhere:0", "host:port" },
        { "node --role hypervisor --host 192.0.2.1", "--allow-remote" },
        { "node --role hypervisor --http-host 0.0.0.0", "--allow-remote" },
        { "node --role hypervisor --host 192.0.2.1 --allow-remote", "--tls-certificate" },
        { "node --role hypervisor --tls-certificate /no/such.pfx", "--tls-certificate" },
        { "node --role hypervisor --tls-certificate /dev/null", "--tls-certificate" },
        { "node --role hypervisor --hocon /no/such.conf", "--hocon" },
        { "node --role hypervisor --seeds 127.0.0.1:1", "did you mean --seed?" },
        { "cluster", "a verb is missing" },
        { "cluster statsu", "did you mean status?" },
        { "cluster members", "--at" },
        { "cluster members --at nowhere", "http://HOST:PORT" },
        { "cluster members --at http://a:1/x", "http://HOST:PORT" },
        { "cluster down --at http://127.0.0.1:1", "--node" },
        { "cluster down --at http://127.0.0.1:1 --node x", "host:port" },
        { "cluster slow --at http://127.0.0.1:1 --ms soon", "--ms" },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void Bad_input_is_told_in_words_on_stderr_and_returns_2(string line, string told)
    {
        var (code, output, error) = Tool.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(ExitCode.Usage, code);
        Assert.Equal("", output);
        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void With_json_bad_input_is_also_a_document(string line, string told)
    {
        var (code, output, error) = Tool.Run(["--json", .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(ExitCode.Usage, code);
        var document = Json.Parse(output);
        Assert.Equal(["schema", "exitCode", "errors"], Json.Names(document));
        Assert.Equal("viommu.error/1", document.GetProperty("schema").GetString());
        Assert.Equal(2, document.GetProperty("exitCode").GetInt32());
        foreach (var one in document.GetProperty("errors").EnumerateArray())
        {
            Assert.Equal(["file", "line", "column", "key", "value", "message", "accepted"], Json.Names(one));
        }
        Assert.Contains(told, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_file_is_named_with_line_and_column()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder["broken.conf"], "viommu.scenario {\n  topology { vcpus = lots }\n  nonsense = 1\n}\n");
        var (code, output, error) = Tool.Run("scenario", "lint", folder["broken.conf"]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Equal("", error);
        var lines = output.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"{folder["broken.conf"]}:2:22: viommu.scenario.topology.vcpus: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{folder["broken.conf"]}:3:3: viommu.scenario.nonsense: ", lines[1], StringComparison.Ordinal);

        (code, output, _) = Tool.Run("run", folder["broken.conf"], "--json");
        Assert.Equal(ExitCode.Usage, code);
        var errors = Json.Parse(output).GetProperty("errors");
        Assert.Equal(2, errors.GetArrayLength());
        Assert.Equal((2, "lots"), (errors[0].GetProperty("line").GetInt32(), errors[0].GetProperty("value").GetString()));
    }

    [Theory]
    [InlineData("compare")]
    [InlineData("run")]
    public void A_recording_that_turns_out_broken_is_named_with_its_line_and_leaves_stdout_to_programs(string verb)
    {
        using var folder = new TestFolder();
        var path = folder["broken.trace"];
        File.WriteAllText(path, "nonsense\n");
        var (console, json) = (new TestConsole(), new TestConsole());
        console.Variables["VIOMMU_RUNS_DIR"] = json.Variables["VIOMMU_RUNS_DIR"] = folder["runs"];
        var (code, output, error) = Tool.Run(console, verb, "linux-trace", "--set", $"workload.file={path}");
        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.StartsWith($"{path}:1: ", error, StringComparison.Ordinal);

        var document = Json.Parse(Tool.Run(json, verb, "linux-trace", "--set", $"workload.file={path}", "--json").Out);
        Assert.Equal("viommu.error/1", document.GetProperty("schema").GetString());
        Assert.Equal((path, 1), (document.GetProperty("errors")[0].GetProperty("file").GetString(), document.GetProperty("errors")[0].GetProperty("line").GetInt32()));
    }

    [Fact]
    public void An_escape_sequence_in_an_argument_does_not_reach_the_terminal()
    {
        foreach (var args in new string[][] { ["\u001b[2J"], ["compare", "--seed", "\u001b[2J"], ["compare", "\u001b[2J"], ["compare", "--x\u001b[2J"] })
        {
            var (code, output, error) = Tool.Run([.. args, "--json"]);
            Assert.Equal(ExitCode.Usage, code);
            Assert.DoesNotContain('\u001b', output + error);
        }
    }

    [Fact]
    public void A_log_level_that_does_not_exist_is_a_usage_error()
    {
        var console = new TestConsole();
        console.Variables["VIOMMU_LOG_LEVEL"] = "Debgu";
        var (code, _, error) = Tool.Run(console, "doctor");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("did you mean Debug?", error, StringComparison.Ordinal);
    }
}
