using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Runs;
using VIommuActors.Cluster.Timeline;
using VIommuActors.Oracle;
using VIommuActors.Trace;
using VIommuActors.Trace.Charts;
using VIommuActors.Trace.Timeline;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Tests;

/// <summary>The traces of both halves of a machine as one: of whole runs over three nodes.</summary>
public sealed class TimelineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("viommu-timeline-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Bare_translate_shows_its_stale_access_in_one_chart_of_both_nodes()
    {
        var (run, nodes) = await Run(ThreeNodes.Define("translate", 4, sets: "workload.rounds=60"));
        Assert.True(run[Property.StaleWrite] + run[Property.StaleRead] > 0);
        var told = 0;
        for (var vm = 0; vm < 4; vm++)
        {
            var merged = Merge(vm, out var lines);
            Assert.Empty(merged.Gaps);
            Assert.True(merged.Crossings > 100);
            EveryEdgeHolds(merged, lines);
            told += VerdictsAgree(lines);
            if (merged.Violations == 0) continue;
            var text = SequenceChart.From(merged.Header, lines).ToReport();
            Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 76, line));
            foreach (var node in nodes) Assert.Contains(node, text, StringComparison.Ordinal);
            Assert.Contains("stale-", text, StringComparison.Ordinal);
            Assert.Contains("DmaAccess", text, StringComparison.Ordinal);
            var mermaid = SequenceChart.From(merged.Header, lines).ToMermaid();
            foreach (var node in nodes)
                Assert.Contains(node.Replace(":", "#58;", StringComparison.Ordinal), mermaid, StringComparison.Ordinal);
            var svg = SequenceChart.From(merged.Header, lines).ToSvg();
            foreach (var node in nodes) Assert.Contains(node, svg, StringComparison.Ordinal);
        }
        Assert.Equal(Properties.All.Sum(property => run[property]), told);
    }

    [Fact]
    [Trait("Category", "cluster")]
    public async Task Drain_merges_without_contradiction_when_frames_are_lost_and_doubled()
    {
        var (run, _) = await Run(ThreeNodes.Define("drain", 3, loss: 30, duplicate: 30, sets: "workload.rounds=20"));
        foreach (var property in Properties.All) Assert.Equal(0, run[property]);
        for (var vm = 0; vm < 3; vm++)
        {
            var merged = Merge(vm, out var lines);
            Assert.Empty(merged.Gaps);
            EveryEdgeHolds(merged, lines);
            Assert.Equal(0, merged.Violations);
        }
    }

    [Fact]
    [Trait("Category", "cluster")]
    public async Task A_device_model_that_left_and_its_successor_are_both_in_the_timeline()
    {
        await using var nodes = new ThreeNodes(_folder, NodeRole.Hypervisor, NodeRole.DeviceModel, NodeRole.DeviceModel);
        var run = await nodes.Run(
            ThreeNodes.Define("drain", 20, sets: ["workload.rounds=1000000000", "workload.think-ns=20000000"]) with { Trace = true },
            untilEnd: async run =>
            {
                await ThreeNodes.Until(() => run.Count().Running == 20);
                await ThreeNodes.Until(() => Halves(nodes.Nodes[2]) + Halves(nodes.Nodes[3]) == 20);
                // Which of the two came up first, and so has more, is not said.
                var (leaves, stays) = Halves(nodes.Nodes[2]) > 0 ? (nodes.Nodes[2], nodes.Nodes[3]) : (nodes.Nodes[3], nodes.Nodes[2]);
                await leaves.System.Terminate();
                await ThreeNodes.Until(() => Halves(stays) == 20);
            });
        Assert.Equal((0, 0, 20, 0), run.Count());
        await nodes.DisposeAsync();
        var sessions = 0;
        for (var vm = 0; vm < 20; vm++)
        {
            var merged = Merge(vm, out var lines);
            EveryEdgeHolds(merged, lines);
            // Also in later lives, whose parties get what they are sent without the number of the life.
            Assert.All(lines.OfType<TraceEvent>().Where(step => step.Message == "DmaDone"), step => Assert.NotNull(step.Cause));
            sessions += merged.Halves.Length - 1;
        }
        Assert.True(sessions > 20, "nobody was fenced");
    }

    [Fact]
    public async Task A_run_with_traces_is_refused_by_a_node_that_has_no_folder_for_them()
    {
        await using var nodes = new ThreeNodes();
        var definition = ThreeNodes.Define("drain", 1) with { Trace = true };
        Assert.Contains("no folder", nodes.Nodes[1].Runs.Define(definition), StringComparison.Ordinal);
        await using var traced = new ThreeNodes(_folder);
        Assert.Contains(
            "cannot be that of a file", traced.Nodes[1].Runs.Define(definition with { Run = "../x" }), StringComparison.Ordinal);
        Assert.Null(traced.Nodes[1].Runs.Define(definition));
        Assert.Null(traced.Nodes[1].Runs.Define(definition with { Run = "r2", Trace = false }));
        Assert.Null(traced.Nodes[1].Runs.Find("r2")!.NewRecorder(0, 0));
        Assert.Empty(_folder.GetFiles());
    }

    private async Task<(ClusterRun Run, string[] Nodes)> Run(DefineRun definition)
    {
        await using var nodes = new ThreeNodes(_folder);
        var run = await nodes.Run(definition with { Trace = true });
        Assert.Equal((0, 0, definition.Vms, 0), run.Count());
        return (run, [.. nodes.Nodes.Skip(1).Select(node => node.Name)]);
    }

    private static int Halves(ClusterNode node) => node.Runs.Runs.Sum(known => known.Counters.Running);

    private MergedTimeline Merge(int vm, out IReadOnlyList<TraceLine> lines)
    {
        var halves = _folder.GetFiles($"r1-vm{vm:d4}-p*{TraceFiles.Ending}").Select(file =>
        {
            using var stream = file.OpenRead();
            return HalfTrace.Read(stream, file.Name);
        }).ToArray();
        var merged = MergedTimeline.Merge(halves);
        using var first = new MemoryStream();
        using var second = new MemoryStream();
        merged.Write(first);
        MergedTimeline.Merge(halves.Reverse()).Write(second);
        Assert.Equal(first.ToArray(), second.ToArray());
        first.Position = 0;
        lines = new TraceReader(first, "merged").ReadToEnd();
        return merged;
    }

    /// <summary>Every message after the step that sent it, by a party of that name; steps and times never fall.</summary>
    private static void EveryEdgeHolds(MergedTimeline merged, IReadOnlyList<TraceLine> lines)
    {
        var steps = lines.OfType<TraceEvent>().ToArray();
        Assert.Equal(merged.Steps.Count, steps.Length);
        var (crossings, last) = (0, 0L);
        for (var i = 0; i < steps.Length; i++)
        {
            Assert.Equal(i + 1, steps[i].Step);
            Assert.True(steps[i].TimeNs >= last);
            last = steps[i].TimeNs;
            if (steps[i].Cause is not { } cause) continue;
            Assert.InRange(cause, 1, i);
            Assert.Equal(Sender(steps[i].From!), Sender(steps[cause - 1].To));
            if (merged.Steps[(int)cause - 1].Process != merged.Steps[i].Process) crossings++;
        }
        Assert.Equal(merged.Crossings, crossings);
        var own = merged.Steps.GroupBy(step => step.Process);
        Assert.All(own, half => Assert.Equal(Enumerable.Range(1, half.Count()).Select(step => (long)step), half.Select(step => step.Step)));
    }

    /// <summary>vCPUs of a guest run each other's code on, where one waited for the other.</summary>
    private static string Sender(string party) => party.StartsWith("vcpu-", StringComparison.Ordinal) ? "vcpu" : party;

    /// <summary>The judge's word on each violation: the access is the step, and the guest saw the end before it.</summary>
    private static int VerdictsAgree(IReadOnlyList<TraceLine> lines)
    {
        var steps = lines.OfType<TraceEvent>().ToDictionary(step => step.Step);
        var violations = lines.OfType<TraceNote>().Where(note => note.Name == "violation").ToArray();
        foreach (var note in violations)
        {
            var access = steps[note.Step];
            Assert.Equal("DmaAccess", access.Message);
            Assert.Equal("memory", access.To);
            Assert.Equal(Bits(note, "gpa"), access.Args.Single(arg => arg.Name == "gpa").Bits);
            var (granted, revoked) = ((long)Bits(note, "grantedAtStep"), (long)Bits(note, "revokedAtStep"));
            Assert.InRange(granted, 1, revoked - 1);
            Assert.InRange(revoked, granted + 1, access.Step - 1);
            Assert.StartsWith("vcpu-", steps[revoked].To, StringComparison.Ordinal);
            Assert.StartsWith("vcpu-", steps[granted].To, StringComparison.Ordinal);
        }
        return violations.Length;
    }

    private static ulong Bits(TraceNote note, string name) => note.Args.Single(arg => arg.Name == name).Bits;
}
