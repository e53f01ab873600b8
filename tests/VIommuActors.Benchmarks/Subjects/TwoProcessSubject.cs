using System.Collections.Immutable;
using Serilog;
using VIommuActors.Cluster.Hosting;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Orchestration;
using VIommuActors.Cluster.Runs;
using VIommuActors.Scenarios;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Benchmarks.Subjects;

/// <summary>Machines whose hypervisors are in one process and whose device models are in another, as fast as they go.</summary>
internal static class TwoProcessSubject
{
    /// <summary>Frames a second in both directions together, without their acknowledgements.</summary>
    public static async Task<double> Run(string protocol, int machines, TimeSpan window)
    {
        var log = new LoggerConfiguration().CreateLogger();
        await using var host = await NodeHost.StartAsync(new NodeSettings { Role = NodeRole.Coordinator, FaultInjection = true }, log);
        var settings = new NodeSettings { Role = NodeRole.Hypervisor, Seeds = [host.Node.Name], FaultInjection = true };
        await using var hypervisor = await NodeHost.StartAsync(settings, log);
        var loaded = ScenarioLoader.Resolve("scale", ["workload.rounds=1000000000", "timing-ns.invalidation-timeout=90000000000"]);
        var definition = new DefineRun("bar", "scale", ScenarioPrinter.Print(loaded), [], protocol, 1, machines, true, false, 0, 0);
        var command = new NodeCommand("dotnet", [typeof(Cli.ExitCode).Assembly.Location, "node"]);
        var job = new ClusterJob(new RunOrder(definition, 1, 1, window + TimeSpan.FromSeconds(6)), [NodeRole.DeviceModel], command, [], null);
        var seen = ImmutableList<(TimeSpan At, long Frames)>.Empty;
        await ClusterDirector.Run(
            host.Node, job, TimeProvider.System,
            (run, passed) => seen = seen.Add((passed, run.Nodes.Sum(node => node.FramesSent))), CancellationToken.None);
        // The first seconds boot and warm up; reports come once a second.
        var first = seen.First(sample => sample.At > TimeSpan.FromSeconds(5));
        var last = seen.Last(sample => sample.At < window + TimeSpan.FromSeconds(6));
        return (last.Frames - first.Frames) / (last.At - first.At).TotalSeconds;
    }
}
