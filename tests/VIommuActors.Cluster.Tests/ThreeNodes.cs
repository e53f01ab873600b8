using Akka.Actor;
using Serilog;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Runs;
using VIommuActors.Scenarios;
using VIommuActors.Wire.Messages;

namespace VIommuActors.Cluster.Tests;

/// <summary>A coordinator, hypervisors and device models as actor systems of this process, joined over loopback.</summary>
internal sealed class ThreeNodes : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<ClusterNode> _nodes = [];
    private readonly string? _traceFolder;

    public ThreeNodes(params string[] roles)
        : this(null, roles)
    {
    }

    /// <summary>Nodes that write traces into a folder.</summary>
    public ThreeNodes(DirectoryInfo? traces, params string[] roles)
    {
        _traceFolder = traces?.FullName;
        foreach (var role in (string[])[NodeRole.Coordinator, .. roles.Length == 0 ? [NodeRole.Hypervisor, NodeRole.DeviceModel] : roles])
            _nodes.Add(Start(role, _nodes.Count == 0 ? [] : [_nodes[0].Name]));
    }

    public IReadOnlyList<ClusterNode> Nodes => _nodes;

    public ClusterNode Coordinator => _nodes[0];

    public ClusterNode Add(string role)
    {
        var node = Start(role, [Coordinator.Name]);
        _nodes.Add(node);
        return node;
    }

    public static DefineRun Define(
        string protocol, int vms, string run = "r1", int loss = 0, int duplicate = 0, string scenario = "stale-dma-queued",
        params string[] sets)
    {
        var loaded = ScenarioLoader.Resolve(scenario, sets);
        return new DefineRun(run, scenario, ScenarioPrinter.Print(loaded), [], protocol, 1, vms, true, false, loss, duplicate);
    }

    public async Task<ClusterRun> Run(DefineRun definition, TimeSpan? duration = null, Func<ClusterRun, Task>? untilEnd = null)
    {
        var (run, done, coordinator) = Coordinator.Begin(new RunOrder(definition, Count(NodeRole.Hypervisor), Count(NodeRole.DeviceModel), duration), TimeProvider.System);
        if (untilEnd is not null)
        {
            await untilEnd(run);
            coordinator.Tell(Runs.Coordinator.EndNow.Instance);
        }
        await done.WaitAsync(Patience);
        Assert.Empty(run.Problems);
        return run;
    }

    private int Count(string role) => _nodes.Count(node => node.Settings.Role == role);

    /// <summary>Waits for something that must come.</summary>
    public static async Task Until(Func<bool> happened)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!happened()) await Task.Delay(20, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Enumerable.Reverse(_nodes)) await node.System.Terminate();
    }

    private ClusterNode Start(string role, string[] seeds)
    {
        var settings = new NodeSettings { Role = role, Seeds = [.. seeds], TraceFolder = _traceFolder };
        var system = ActorSystem.Create(NodeHocon.SystemName, NodeHocon.For(settings));
        return ClusterNode.Start(system, settings, new LoggerConfiguration().WriteTo.Sink(new Silence()).CreateLogger());
    }

    private sealed class Silence : Serilog.Core.ILogEventSink
    {
        public void Emit(Serilog.Events.LogEvent logEvent)
        {
            if (Environment.GetEnvironmentVariable("VIOMMU_TEST_LOG") is not null) System.Console.Error.WriteLine(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
