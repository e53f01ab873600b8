using System.Collections.Concurrent;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using VIommuActors.Cluster.Hosting;
using VIommuActors.Cluster.Nodes;

namespace VIommuActors.Cluster.Tests.Hosting;

/// <summary>Whose a line is can be read from its properties.</summary>
public sealed class NodeLogTests
{
    [Theory]
    [InlineData("akka://viommu/user/node#123", "/user/node")]
    [InlineData("[akka://viommu/user/node#123]", "/user/node")]
    [InlineData("akka.tcp://viommu@127.0.0.1:5000/system/sharding/hypervisor/7/5/vm-5", "/system/sharding/hypervisor/7/5/vm-5")]
    [InlineData("akka.trttl.ssl.tcp://viommu@127.0.0.1:5000/user/a#1", "/user/a")]
    [InlineData("Cluster (akka://viommu)", "Cluster (akka://viommu)")]
    [InlineData("remoting-terminator", "remoting-terminator")]
    [InlineData("", "")]
    public void The_path_of_an_actor_is_without_its_system(string source, string path) => Assert.Equal(path, NodeLogger.PathOf(source));

    [Theory]
    [InlineData("/system/sharding/hypervisor/7/5/vm-5", 5)]
    [InlineData("/system/sharding/device-model/7/12", 12)]
    [InlineData("/system/sharding/hypervisor/7", null)]
    [InlineData("/system/sharding/hypervisorCoordinator/singleton/coordinator", null)]
    [InlineData("/user/node", null)]
    public void The_machine_of_an_actor_is_its_entity(string path, int? vm) => Assert.Equal(vm, NodeLogger.VmOf(path));

    [Fact]
    public async Task Every_line_of_akka_has_node_and_actor_and_two_nodes_in_a_process_do_not_mix()
    {
        var kept = new Kept();
        using var log = new LoggerConfiguration().MinimumLevel.Debug().WriteTo.Sink(kept).CreateLogger();
        await using (var hosts = new Hosts(log))
        {
            var first = await hosts.StartAsync(NodeRole.Coordinator);
            var second = await hosts.StartAsync(NodeRole.Hypervisor);
            await second.StopAsync();
            var named = kept.Events.Where(line => line.Properties.ContainsKey("Node") && line.Properties.ContainsKey("ActorPath"))
                .Select(line => ((ScalarValue)line.Properties["Node"]).Value).Distinct().ToArray();
            Assert.Contains(first.Node.Name, named);
            Assert.Contains(second.Node.Name, named);
            Assert.Equal(2, named.Length);
            Assert.All(
                kept.Events.Where(line => line.RenderMessage(null).Contains($"{second.Node.Name}] - Exiting completed", StringComparison.Ordinal)),
                line => Assert.Equal(second.Node.Name, ((ScalarValue)line.Properties["Node"]).Value));
        }
    }

    private sealed class Kept : ILogEventSink
    {
        public ConcurrentQueue<LogEvent> Events { get; } = new();

        public void Emit(LogEvent logEvent) => Events.Enqueue(logEvent);
    }
}
