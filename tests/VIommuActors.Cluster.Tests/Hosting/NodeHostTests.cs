using System.Diagnostics;
using Akka.Configuration;
using VIommuActors.Cluster.Hosting;
using VIommuActors.Cluster.Nodes;

namespace VIommuActors.Cluster.Tests.Hosting;

/// <summary>From start to end: what a node answers, and how it goes.</summary>
public sealed class NodeHostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Nodes_join_and_say_so_and_the_one_that_is_told_to_leave_leaves()
    {
        await using var hosts = new Hosts();
        var first = await hosts.StartAsync(NodeRole.Coordinator, settings => settings with { Admin = true });
        var second = await hosts.StartAsync(NodeRole.Hypervisor);

        Assert.Equal(200, (await hosts.AskAsync(second, "/health/live")).Status);
        var ready = await hosts.AskAsync(second, "/health/ready");
        Assert.Equal((200, "viommu.health/1"), (ready.Status, ready.Body.GetProperty("schema").GetString()));
        var members = await hosts.MembersAsync(first, members => Hosts.Count(members, "Up") == 2);
        Assert.Equal("viommu.members/1", members.GetProperty("schema").GetString());
        Assert.Equal(first.Node.Name, members.GetProperty("self").GetString());
        Assert.Contains(members.GetProperty("leader").GetString(), new[] { first.Node.Name, second.Node.Name });
        Assert.Equal(
            [(first.Node.Name, "coordinator"), (second.Node.Name, "hypervisor")],
            members.GetProperty("members").EnumerateArray().Select(member =>
                (member.GetProperty("address").GetString()!, member.GetProperty("roles")[0].GetString()!)));

        var told = await hosts.AskAsync(first, $"/cluster/leave?node={second.Node.Name}", "POST");
        Assert.Equal((200, "leave"), (told.Status, told.Body.GetProperty("done").GetString()));
        Assert.Equal(NodeEnd.Left, await second.WhenEnded.WaitAsync(Patience));
        await hosts.MembersAsync(first, left => left.GetProperty("count").GetInt32() == 1);
        // The process is still there: probes hear that the node is not.
        Assert.Equal(503, (await hosts.AskAsync(second, "/health/live")).Status);
        Assert.Equal(503, (await hosts.AskAsync(second, "/health/ready")).Status);
    }

    [Fact]
    public async Task A_node_whose_seeds_are_dead_lives_but_is_not_ready_and_stops_in_time()
    {
        await using var hosts = new Hosts();
        var host = await hosts.BeginAsync(NodeRole.Hypervisor, settings => settings with { Seeds = ["127.0.0.1:9"] });
        Assert.Equal(200, (await hosts.AskAsync(host, "/health/live")).Status);
        Assert.Equal(503, (await hosts.AskAsync(host, "/health/ready")).Status);
        Assert.False(host.WhenReady.IsCompleted);

        var watch = Stopwatch.StartNew();
        await host.StopAsync();
        Assert.Equal(NodeEnd.Left, await host.WhenEnded.WaitAsync(Patience));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task A_node_that_reaches_no_seed_for_as_long_as_it_may_try_ends_as_failed()
    {
        await using var hosts = new Hosts();
        var host = await hosts.BeginAsync(NodeRole.Hypervisor, settings => settings with
        {
            Seeds = ["127.0.0.1:9"],
            Overrides = "akka.cluster.shutdown-after-unsuccessful-join-seed-nodes = 1s",
        });
        Assert.Equal(NodeEnd.Failed, await host.WhenEnded.WaitAsync(Patience));
        Assert.False(host.WhenReady.IsCompleted);
    }

    [Fact]
    public async Task The_other_nodes_hear_of_a_node_that_stops()
    {
        await using var hosts = new Hosts();
        var first = await hosts.StartAsync(NodeRole.Coordinator);
        var second = await hosts.StartAsync(NodeRole.DeviceModel);
        await hosts.MembersAsync(first, members => Hosts.Count(members, "Up") == 2);
        await Task.WhenAll(second.StopAsync(), second.StopAsync());
        Assert.Equal(NodeEnd.Left, await second.WhenEnded);
        await hosts.MembersAsync(first, members => members.GetProperty("count").GetInt32() == 1);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_and_leaves_nothing_behind()
    {
        await using var hosts = new Hosts();
        var first = await hosts.StartAsync(NodeRole.Coordinator);
        var clusterPort = int.Parse(first.Node.Name.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        var cluster = await Assert.ThrowsAsync<NodeStartException>(() =>
            hosts.BeginAsync(NodeRole.Hypervisor, settings => settings with { Port = clusterPort }));
        Assert.Contains($"cluster 127.0.0.1:{clusterPort}", cluster.Message, StringComparison.Ordinal);
        var http = await Assert.ThrowsAsync<NodeStartException>(() =>
            hosts.BeginAsync(NodeRole.Hypervisor, settings => settings with { HttpPort = first.HttpAddress.Port }));
        Assert.Contains($"HTTP 127.0.0.1:{first.HttpAddress.Port}", http.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_shows_what_the_node_does_in_a_run()
    {
        await using var hosts = new Hosts();
        var first = await hosts.StartAsync(NodeRole.Coordinator);
        var hypervisor = await hosts.StartAsync(NodeRole.Hypervisor);
        await hosts.StartAsync(NodeRole.DeviceModel);
        var order = new Runs.RunOrder(ThreeNodes.Define("drain", 3, sets: "workload.rounds=5"), 1, 1, null);
        var (_, done, _) = first.Node.Begin(order, TimeProvider.System);
        await done.WaitAsync(Patience);

        var (status, body) = await hosts.AskAsync(hypervisor, "/runs");
        Assert.Equal((200, "viommu.runs/1"), (status, body.GetProperty("schema").GetString()));
        var run = Assert.Single(body.GetProperty("runs").EnumerateArray());
        Assert.Equal(("r1", "drain", 3), (run.GetProperty("run").GetString(), run.GetProperty("protocol").GetString(), run.GetProperty("ended").GetInt32()));
        Assert.True(run.GetProperty("dmas").GetInt64() > 0);
        Assert.True(run.GetProperty("framesSent").GetInt64() > 0);
    }

    [Fact]
    public void All_phases_of_a_shutdown_together_take_less_than_the_host_waits()
    {
        var settings = new NodeSettings { Role = NodeRole.Hypervisor };
        var config = NodeHocon.For(settings).WithFallback(ConfigurationFactory.Default())
            .GetConfig("akka.coordinated-shutdown");
        var standard = config.GetTimeSpan("default-phase-timeout");
        var phases = config.GetConfig("phases").AsEnumerable().Select(phase => config.GetTimeSpan($"phases.{phase.Key}.timeout", standard)).ToArray();
        Assert.True(phases.Length >= 12);
        var sum = phases.Aggregate((sum, next) => sum + next);
        Assert.InRange(sum, TimeSpan.FromSeconds(10), NodeHost.LongestStop);
        Assert.True(NodeHost.LongestStop < TimeSpan.FromSeconds(30));
    }
}
