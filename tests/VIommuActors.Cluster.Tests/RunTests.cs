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
}
