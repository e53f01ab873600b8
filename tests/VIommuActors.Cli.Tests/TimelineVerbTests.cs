using VIommuActors.Blueprints.Faults;
using VIommuActors.Trace;

namespace VIommuActors.Cli.Tests;

/// <summary>Traces of halves merged, charted, refused where they cannot be run again; and fault plans in virtual time.</summary>
public sealed class TimelineVerbTests : IDisposable
{
    private const string Rest =
        """
        "seed":1,"durationMs":1,"roles":["hypervisor"],"lossPerMille":0,"duplicatePerMille":0,"faults":[]}
        """;

    private const string AndNoFaults =
        """
        "seed":1,"durationMs":1,"roles":["hypervisor"],"lossPerMille":0,"duplicatePerMille":0}
        """;

    private const string Hypervisor =
        """
        {"schema":"viommu.trace/1","scenario":"stale-dma","protocol":"translate","seed":"0x1","tool":"0.1.0"}
        {"note":"half","step":0,"t_ns":0,"by":"node","args":{"run":"r1","machine":7,"process":0,"node":"10.0.0.1:5000","unixNs":"0x64"}}
        {"note":"lives","step":0,"t_ns":0,"by":"node","args":{"party":"vcpu-0","node":"10.0.0.1:5000","process":0}}
        {"note":"lives","step":0,"t_ns":0,"by":"node","args":{"party":"memory","node":"10.0.0.1:5000","process":0}}
        {"step":1,"t_ns":10,"to":"vcpu-0","from":"outside","kind":"return","msg":"PowerOn","cause":null,"enabled":1,"chosen":0,"args":{}}
        {"note":"arrived","step":2,"t_ns":90,"by":"link","args":{"process":1,"step":1,"clock":"0:1,1:1"}}
        {"step":2,"t_ns":90,"to":"memory","from":"dev-00:03.0","kind":"dma","msg":"DmaAccess","cause":null,"enabled":1,"chosen":0,"args":{}}
        {"note":"violation","step":2,"t_ns":91,"by":"oracle","args":{"property":"stale-write","guest":7,"revokedAtStep":1}}
        {"note":"ended","step":2,"t_ns":99,"by":"node","args":{}}

        """;

    private const string DeviceModel =
        """
        {"schema":"viommu.trace/1","scenario":"stale-dma","protocol":"translate","seed":"0x1","tool":"0.1.0"}
        {"note":"half","step":0,"t_ns":5,"by":"node","args":{"run":"r1","machine":7,"process":1,"node":"10.0.0.2:5000","unixNs":"0x64"}}
        {"note":"lives","step":0,"t_ns":5,"by":"node","args":{"party":"dev-00:03.0","node":"10.0.0.2:5000","process":1}}
        {"note":"arrived","step":1,"t_ns":50,"by":"link","args":{"process":0,"step":1,"clock":"0:1"}}
        {"step":1,"t_ns":50,"to":"dev-00:03.0","from":"vcpu-0","kind":"bell","msg":"Doorbell","cause":null,"enabled":1,"chosen":0,"args":{}}
        {"note":"ended","step":1,"t_ns":60,"by":"node","args":{}}

        """;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Halves_merge_into_a_trace_that_is_charted_with_its_nodes()
    {
        Halves();
        var (code, output, error) = Tool.Run("cluster", "timeline", _folder.Path);
        Assert.Equal((ExitCode.AsExpected, ""), (code, error));
        Assert.Contains("hypervisor half on 10.0.0.1:5000: 2 steps", output, StringComparison.Ordinal);
        Assert.Contains("2 messages crossed; violations: 1", output, StringComparison.Ordinal);
        var file = _folder["r1-vm0007-timeline.jsonl"];
        Assert.Contains($"3 steps in {file}", output, StringComparison.Ordinal);
        var (charted, chart, _) = Tool.Run("chart", file);
        Assert.Equal(ExitCode.AsExpected, charted);
        Assert.All(chart.Split('\n'), line => Assert.InRange(line.Length, 0, 76));
        Assert.Contains("guest RAM on 10.0.0.1:5000", chart, StringComparison.Ordinal);
        Assert.Contains("device in QEMU on 10.0.0.2:5000", chart, StringComparison.Ordinal);
        Assert.Contains("STALE-WRITE", chart, StringComparison.Ordinal);
        // The merged trace lies among its halves, and merging again reads them alone.
        var (again, _, _) = Tool.Run("cluster", "timeline", _folder.Path, "--machine", "7", "--out", _folder["b.jsonl"]);
        Assert.Equal(ExitCode.AsExpected, again);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(_folder["b.jsonl"]));
    }

    [Fact]
    public void The_document_says_what_was_merged_and_what_is_missing()
    {
        File.WriteAllText(_folder["r1-vm0007-p0.jsonl"], Hypervisor);
        File.WriteAllText(_folder["r1-vm0007-p2.jsonl"], "");
        var (code, output, _) = Tool.Run("cluster", "timeline", _folder.Path, "--json");
        Assert.Equal(ExitCode.AsExpected, code);
        var document = Json.Parse(output);
        Assert.Equal(
            [
                "schema", "traceFile", "traceSha256", "run", "machine", "scenario", "protocol", "steps", "crossings", "violations",
                "halves", "gaps",
            ],
            Json.Names(document));
        Assert.Contains("process 1, whose trace is missing", document.GetProperty("gaps")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("p2.jsonl is empty", document.GetProperty("gaps")[1].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("shrink")]
    public void A_run_in_real_time_is_not_done_again(string verb)
    {
        Halves();
        Tool.Run("cluster", "timeline", _folder.Path, "--quiet");
        foreach (var name in (string[])["r1-vm0007-timeline.jsonl", "r1-vm0007-p0.jsonl"])
        {
            var (code, _, error) = Tool.Run(verb, _folder[name]);
            Assert.Equal(ExitCode.Usage, code);
            Assert.Contains("a recorded run in real time cannot be done again", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_cannot_be_merged_is_refused_with_file_and_line()
    {
        Halves();
        var forged = DeviceModel.Replace("\"clock\":\"0:1\"", "\"clock\":\"0:1,3:9\"", StringComparison.Ordinal);
        File.WriteAllText(_folder["r1-vm0007-p1.jsonl"], forged);
        var (code, _, error) = Tool.Run("cluster", "timeline", _folder.Path);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("r1-vm0007-p1.jsonl:4: ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["r1-vm0007-timeline.jsonl"]));
    }

    [Fact]
    public void Files_that_are_not_there_machines_that_are_not_and_too_many_are_usage_errors()
    {
        Assert.Contains("no trace of a half", Refused("cluster", "timeline", _folder.Path), StringComparison.Ordinal);
        Assert.Contains("no such file or folder", Refused("cluster", "timeline", _folder["none"]), StringComparison.Ordinal);
        Halves();
        File.WriteAllText(
            _folder["r1-vm0008-p0.jsonl"], Hypervisor.Replace("\"machine\":7", "\"machine\":8", StringComparison.Ordinal));
        Assert.Contains("accepted: 7, 8", Refused("cluster", "timeline", _folder.Path), StringComparison.Ordinal);
        Assert.Contains(
            "no trace of that machine", Refused("cluster", "timeline", _folder.Path, "--machine", "9"), StringComparison.Ordinal);
        Assert.Contains("not the number", Refused("cluster", "timeline", _folder.Path, "--machine", "x"), StringComparison.Ordinal);
        Assert.Equal(ExitCode.AsExpected, Tool.Run("cluster", "timeline", _folder.Path, "--machine", "7").Code);
        File.WriteAllText(_folder["r2-vm0007-p1.jsonl"], DeviceModel.Replace("\"r1\"", "\"r2\"", StringComparison.Ordinal));
        Assert.Contains("several runs: r1, r2", Refused("cluster", "timeline", _folder.Path, "--machine", "7"), StringComparison.Ordinal);
        Assert.Contains("begins with a note", Refused("cluster", "timeline", NoHalf()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_is_carried_out_kept_and_done_again()
    {
        var plan = new FaultPlan(
            FaultPlan.SchemaName, 1, 60_000, [FaultPlan.Hypervisor, FaultPlan.DeviceModel, FaultPlan.Hypervisor], 5, 5,
            [new PlannedFault(PlannedFaultKind.Kill, 1, 1_000, 500), new PlannedFault(PlannedFaultKind.Kill, 2, 6_000, 500)]);
        File.WriteAllText(_folder["p.json"], plan.Text());
        string[] run =
        [
            "run", "cluster-drain", "--set", "topology.guests=2", "--set", "workload.rounds=40", "--plan", _folder["p.json"], "--out",
            _folder["run"], "--check-determinism",
        ];
        var (code, output, error) = Tool.Run([.. run, "--json"]);
        Assert.True(code == ExitCode.AsExpected, error + output);
        var document = Json.Parse(output);
        Assert.True(document.GetProperty("deterministic").GetBoolean());
        Assert.Equal([1], document.GetProperty("panickedGuests").EnumerateArray().Select(guest => guest.GetInt32()));
        Assert.Contains("--plan", document.GetProperty("repro").GetString(), StringComparison.Ordinal);
        Assert.Equal(plan.Text(), File.ReadAllText(_folder["run/plan.json"]));
        Assert.Contains("lost with their hypervisor's node: guests 1", Tool.Run(run).Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.AsExpected, Tool.Run("replay", _folder["run/trace.jsonl"]).Code);
        Assert.Equal(ExitCode.AsExpected, Tool.Run("chart", _folder["run/trace.jsonl"], "--quiet").Code);
        Assert.Contains("is not shrunk", Refused("shrink", _folder["run/trace.jsonl"]), StringComparison.Ordinal);
        File.Delete(_folder["run/plan.json"]);
        Assert.Contains("no such file", Refused("replay", _folder["run/trace.jsonl"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "there is no such file")]
    [InlineData("", "")]
    [InlineData("null", "the plan is null")]
    [InlineData("""{"schema":"viommu.fault-plan/2",""" + Rest,
        "accepted: viommu.fault-plan/1")]
    [InlineData("""{"schema":"viommu.fault-plan/1",""" + Rest,
        "no node is a device-model")]
    [InlineData("""{"schema":"viommu.fault-plan/1","faults":[{"kind":"kill","node":0,"atMs":9000000000000000,"forMs":1}],""" + AndNoFaults,
        "atMs 0 to")]
    public void A_bad_plan_is_refused(string? text, string why)
    {
        if (text is not null) File.WriteAllText(_folder["p.json"], text);
        var error = Refused("run", "cluster-drain", "--plan", _folder["p.json"], "--out", _folder["run"]);
        Assert.Contains("--plan", error, StringComparison.Ordinal);
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_half_is_charted_as_it_is()
    {
        Halves();
        var chart = Tool.Run("chart", _folder["r1-vm0007-p0.jsonl"]).Out;
        Assert.Contains("memory: guest RAM on 10.0.0.1:5000", chart, StringComparison.Ordinal);
    }

    private static string Refused(params string[] args)
    {
        var (code, _, error) = Tool.Run(args);
        Assert.Equal(ExitCode.Usage, code);
        return error;
    }

    private string NoHalf()
    {
        using (var stream = File.Create(_folder["other.jsonl"]))
        using (var writer = new TraceWriter(stream, new TraceHeader("s", "drain", 1, "0")))
        {
            writer.Complete();
        }
        return _folder["other.jsonl"];
    }

    private void Halves()
    {
        File.WriteAllText(_folder["r1-vm0007-p0.jsonl"], Hypervisor.ReplaceLineEndings("\n"));
        File.WriteAllText(_folder["r1-vm0007-p1.jsonl"], DeviceModel.ReplaceLineEndings("\n"));
    }
}
