using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Runs;
using VIommuActors.Oracle;

namespace VIommuActors.Cluster.Tests;

/// <summary>Whole runs over three nodes: what a machine does on one host it does on two.</summary>
public sealed class RunTests
{
    [Theory]
    [InlineData("drain")]
    [InlineData("ats")]
    [InlineData("memcpy")]
    public async Task A_safe_design_ends_its_work_on_two_nodes_and_loses_nothing(string protocol)
    {
        await using var nodes = new ThreeNodes();
        var run = await nodes.Run(ThreeNodes.Define(protocol, 10, sets: "workload.rounds=20"));
        Assert.Empty(run.Problems);
        Assert.Equal((0, 0, 10, 0), run.Count());
        foreach (var property in Properties.All) Assert.Equal(0, run[property]);
        run.Read(vms =>
        {
            Assert.All(vms, vm =>
            {
                Assert.True(vm.Figures!.Dmas > 0);
                Assert.Equal(vm.Figures.Dmas, vm.Figures.Done + vm.Figures.Faulted);
                Assert.Equal(1, vm.Figures.Sessions);
            });
            return 0;
        });
    }

    [Fact]
    [Trait("Category", "cluster")]
    public async Task Frames_that_are_lost_and_doubled_change_nothing()
    {
        await using var nodes = new ThreeNodes();
        var run = await nodes.Run(ThreeNodes.Define("drain", 10, loss: 30, duplicate: 30, sets: "workload.rounds=20"));
        Assert.Equal((0, 0, 10, 0), run.Count());
        foreach (var property in Properties.All) Assert.Equal(0, run[property]);
        Assert.Contains(run.Nodes, node => node.FramesAgain > 0);
    }

    [Fact]
    public async Task Bare_translate_is_caught_across_nodes()
    {
        await using var nodes = new ThreeNodes();
        var run = await nodes.Run(ThreeNodes.Define("translate", 10, sets: "workload.rounds=50"));
        Assert.Equal((0, 0, 10, 0), run.Count());
        Assert.True(run[Property.StaleWrite] + run[Property.StaleRead] > 0);
    }

    [Fact]
    public async Task A_device_model_that_leaves_is_fenced_and_another_node_takes_over()
    {
        await using var nodes = new ThreeNodes(NodeRole.Hypervisor, NodeRole.DeviceModel, NodeRole.DeviceModel);
        var run = await nodes.Run(
            ThreeNodes.Define("drain", 20, sets: "workload.rounds=1000000000"),
            untilEnd: async run =>
            {
                await ThreeNodes.Until(() => run.Count().Running == 20 && nodes.Nodes.Skip(2).Sum(node => node.Runs.Halves) == 20);
                // Which of them got the shards is the shard coordinator's to say.
                var leaves = nodes.Nodes.Skip(2).MaxBy(node => node.Runs.Halves)!;
                var stays = nodes.Nodes.Skip(2).Single(node => node != leaves);
                await leaves.System.Terminate();
                await ThreeNodes.Until(() => stays.Runs.Runs.Sum(known => known.Counters.Running) == 20);
            });
        Assert.Equal((0, 0, 20, 0), run.Count());
        foreach (var property in Properties.All) Assert.Equal(0, run[property]);
        run.Read(vms =>
        {
            Assert.Contains(vms, vm => vm.Figures!.Sessions > 1);
            Assert.All(vms, vm => Assert.Equal(vm.Figures!.Dmas, vm.Figures.Done + vm.Figures.Faulted + vm.Figures.Abandoned));
            return 0;
        });
    }

    [Fact]
    [Trait("Category", "cluster")]
    public async Task Drain_with_retransmission_stands_lost_and_doubled_messages_of_its_own()
    {
        await using var nodes = new ThreeNodes();
        var run = await nodes.Run(ThreeNodes.Define(
            "drain", 10, loss: 10, duplicate: 10, scenario: "cluster-drain", sets: ["workload.rounds=30", "workload.think-ns=0"]));
        Assert.Equal((0, 0, 10, 0), run.Count());
        foreach (var property in Properties.All) Assert.Equal(0, run[property]);
    }

    [Fact]
    public async Task An_emulator_that_crashes_inside_its_node_is_reaped_and_comes_back()
    {
        await using var nodes = new ThreeNodes();
        var run = await nodes.Run(ThreeNodes.Define(
            "drain", 5, sets: ["workload.rounds=200", "faults=[{ on = dummy-viommu, crash-at-ns = 300000000, restart-after-ns = 50000000 }]"]));
        Assert.Equal((0, 0, 5, 0), run.Count());
        Assert.True(run.Read(vms => vms.Sum(vm => vm.Figures!.Abandoned)) > 0, "nothing crashed in the middle of its work");
        foreach (var property in Properties.All) Assert.Equal(0, run[property]);
    }

    [Fact]
    [Trait("Category", "cluster")]
    public async Task A_run_ends_at_its_time_with_the_round_that_each_guest_is_in()
    {
        await using var nodes = new ThreeNodes();
        var run = await nodes.Run(ThreeNodes.Define("drain", 5, sets: "workload.rounds=1000000000"), TimeSpan.FromSeconds(2));
        Assert.Equal((0, 0, 5, 0), run.Count());
        foreach (var property in Properties.All) Assert.Equal(0, run[property]);
    }

    [Fact]
    public async Task A_run_whose_coordinator_is_gone_ends_by_itself()
    {
        await using var nodes = new ThreeNodes();
        var (run, _, coordinator) = nodes.Coordinator.Begin(
            new RunOrder(ThreeNodes.Define("drain", 3, sets: "workload.rounds=1000000000"), 1, 1, null), TimeProvider.System);
        await ThreeNodes.Until(() => run.Count().Running == 3);
        nodes.Coordinator.System.Stop(coordinator);
        var known = nodes.Nodes[1].Runs.Runs[0];
        await ThreeNodes.Until(() => known.IsEnding && known.Counters.VmsEnded == 3);
    }

    [Fact]
    public async Task A_second_run_on_the_same_nodes_finds_the_room_that_the_first_one_had()
    {
        await using var nodes = new ThreeNodes();
        await nodes.Run(ThreeNodes.Define("drain", 5, run: "r1", sets: "workload.rounds=5"));
        var second = await nodes.Run(ThreeNodes.Define("drain", 5, run: "r2", sets: "workload.rounds=5"));
        Assert.Equal((0, 0, 5, 0), second.Count());
        second.Read(vms =>
        {
            Assert.All(vms, vm => Assert.Equal(1, vm.Figures!.Sessions));
            return 0;
        });
        await ThreeNodes.Until(() => nodes.Nodes.All(node => node.Runs.Halves == 0));
    }
}
