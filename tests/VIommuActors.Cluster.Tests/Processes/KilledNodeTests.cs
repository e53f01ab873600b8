using System.Collections.Immutable;
using Serilog;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Blueprints.Figures;
using VIommuActors.Cluster.Hosting;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Orchestration;
using VIommuActors.Cluster.Runs;
using VIommuActors.Oracle;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Cluster.Tests.Processes;

/// <summary>Nodes in processes of their own that are killed, as <c>kill -9</c> does, or cut off for longer than the others wait.</summary>
[Trait("Category", "cluster")]
public sealed class KilledNodeTests
{
    private const int Machines = 12;

    [Theory]
    [InlineData("drain")]
    [InlineData("ats")]
    [InlineData("memcpy")]
    public async Task A_device_model_killed_in_the_middle_of_its_work_costs_requests_and_never_safety(string protocol)
    {
        var result = await Run(protocol, 22, ["hypervisor", "device-model"], new PlannedFault(PlannedFaultKind.Kill, 1, 4_000, 2_000));
        Held(result);
        Assert.Equal((0, Machines, 0), (result.Report.Spared, result.Report.Hit, result.Report.Lost));
        Assert.Equal(Machines, result.Report.Replaced);
    }

    [Fact]
    public async Task A_hypervisor_that_is_killed_takes_its_machines_along_and_no_others()
    {
        var result = await Run(
            "drain", 20, ["hypervisor", "device-model", "hypervisor"], new PlannedFault(PlannedFaultKind.Kill, 0, 4_000, 2_000));
        Held(result);
        Assert.True(result.Report.Lost is > 0 and < Machines, $"{result.Report.Lost} lost");
        Assert.Equal(Machines, result.Report.Spared + result.Report.Lost);
        Assert.All(result.Report.Losses, loss => Assert.Contains("was removed from the cluster", loss, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_device_model_that_is_cut_off_too_long_is_fenced_ends_itself_and_is_replaced()
    {
        var result = await Run("drain", 38, ["hypervisor", "device-model"], new PlannedFault(PlannedFaultKind.Partition, 1, 4_000, 20_000));
        Held(result);
        Assert.Equal((0, Machines, 0), (result.Report.Spared, result.Report.Hit, result.Report.Lost));
        Assert.Contains(result.Events, happened => happened.What == $"ended with code {(int)Cli.ExitCode.NotLive}");
    }

    [Fact]
    public async Task Bare_translate_is_caught_with_each_half_in_its_process()
    {
        var result = await Run("translate", 8, ["hypervisor", "device-model"]);
        Assert.Equal(Verdict.Violated, result.Report.Figures.Verdict);
        Assert.NotEmpty(result.Report.Details);
    }

    private static void Held(ClusterJobResult result)
    {
        Assert.Empty(result.Report.Run.Problems);
        Assert.True(result.Report.Unexplained == 0, string.Join("\n", result.Report.Losses));
        foreach (var property in Properties.All) Assert.Equal(0, result.Report.Figures[property]);
        Assert.True(result.Report.Figures.DmasDone > 0);
    }

    private static async Task<ClusterJobResult> Run(string protocol, int seconds, ImmutableArray<string> roles, params PlannedFault[] faults)
    {
        var settings = new NodeSettings { Role = NodeRole.Coordinator, FaultInjection = true };
        await using var host = await NodeHost.StartAsync(settings, new LoggerConfiguration().CreateLogger());
        var definition = ThreeNodes.Define(
            protocol, Machines, scenario: "cluster-drain",
            sets: ["workload.rounds=1000000000", "workload.think-ns=20000000", "faults=[]"]);
        var order = new RunOrder(
            definition, roles.Count(role => role == NodeRole.Hypervisor), roles.Count(role => role == NodeRole.DeviceModel),
            TimeSpan.FromSeconds(seconds));
        var plan = new FaultPlan(FaultPlan.SchemaName, 1, seconds * 1000L, roles, 0, 0, [.. faults]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds + 150));
        var result = await ClusterDirector.Run(
            host.Node, new ClusterJob(order, roles, Tool.Node, [], plan), TimeProvider.System, (_, _) => { }, patience.Token);
        Assert.False(result.WasInterrupted, "it took too long");
        return result;
    }
}
