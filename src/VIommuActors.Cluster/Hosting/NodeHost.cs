using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Telemetry;
using VIommuActors.Wire;

namespace VIommuActors.Cluster.Hosting;

/// <summary>A node as a process has it: actor system, regions and agent, and an HTTP endpoint for people and probes.</summary>
/// <remarks>
/// The HTTP server answers for as long as the host is not disposed of, whatever becomes of the actor system: a probe has to hear that a
/// node is dead. Nothing here reads environment variables or files; settings are all there is.
/// </remarks>
public sealed class NodeHost : IAsyncDisposable
{
    /// <summary>
    /// From <see cref="StopAsync"/> to the end of the actor system at the most. Above the sum of the shutdown's phases; what has not ended
    /// by then is cut off.
    /// </summary>
    public static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan LongestHttpStop = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly NodeInstruments _instruments;
    private Task? _stopping;
    private bool _isCutOff;

    private NodeHost(WebApplication app, ClusterNode node)
    {
        (_app, Node) = (app, node);
        HttpAddress = new Uri("http://127.0.0.1");
        _instruments = new NodeInstruments(node.Runs, WireCounters.Of(node.System), node.Settings.Role);
        WhenEnded = EndedAsync();
        Akka.Cluster.Cluster.Get(node.System).RegisterOnMemberUp(() => _ready.TrySetResult());
    }

    /// <summary>What the actor system runs.</summary>
    public ClusterNode Node { get; }

    /// <summary>Where its HTTP endpoint listens.</summary>
    public Uri HttpAddress { get; private set; }

    internal IServiceProvider Services => _app.Services;

    /// <summary>Completes when the member is Up; its regions are there by then. Never, if it ends before that.</summary>
    public Task WhenReady => _ready.Task;

    /// <summary>Completes when the actor system is gone, with the reason.</summary>
    public Task<NodeEnd> WhenEnded { get; }

    /// <summary>Starts everything; returns when the endpoint answers, whether or not the node has joined.</summary>
    /// <param name="settings">What it is started with.</param>
    /// <param name="log">For people; Akka's own log goes there too.</param>
    /// <param name="cancel">Gives up starting.</param>
    /// <exception cref="NodeSettingsException">Such a node is not started; nothing was.</exception>
    /// <exception cref="NodeStartException">A port is taken or an address is not this host's; nothing is left running.</exception>
    public static async Task<NodeHost> StartAsync(NodeSettings settings, ILogger log, CancellationToken cancel = default)
    {
        NodeRules.Check(settings);
        cancel.ThrowIfCancellationRequested();
        NodeHost? host = null;
        var nodeLog = new NodeLog(log);
        var app = Build(settings, nodeLog, () => host);
        try
        {
            var system = CreateSystem(app, settings);
            host = new NodeHost(app, ClusterNode.Start(system, settings, log));
            nodeLog.Named(host.Node.Name);
            app.Run(new NodeEndpoints(host, log).HandleAsync);
            await app.StartAsync(cancel);
            var server = app.Services.GetRequiredService<IServer>();
            host.HttpAddress = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
            return host;
        }
        catch (Exception failed)
        {
            if (host is not null) await host.DisposeAsync();
            else await app.DisposeAsync();
            if (failed is IOException and not NodeStartException)
                throw new NodeStartException($"HTTP {settings.HttpHost}:{settings.HttpPort}: {failed.Message}", failed);
            throw;
        }
    }

    /// <summary>
    /// Leaves the cluster and ends the actor system; takes less than 30 s whatever state the cluster is in. Any number of times.
    /// </summary>
    public Task StopAsync()
    {
        lock (_gate) return _stopping ??= StopOnceAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        try
        {
            using var patience = new CancellationTokenSource(LongestHttpStop);
            await _app.StopAsync(patience.Token).WaitAsync(LongestHttpStop);
        }
        catch (Exception late) when (late is OperationCanceledException or TimeoutException)
        {
            // A client that holds its connection does not hold the process.
        }
        // The last metrics go out here.
        await _app.DisposeAsync();
        _instruments.Dispose();
    }

    private static WebApplication Build(NodeSettings settings, NodeLog log, Func<NodeHost?> host)
    {
        // Empty: no appsettings, no ASPNETCORE_ variables, no signal handlers. Signals are the tool's.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => NodeServer.Configure(options, settings));
        builder.Services.AddHealthChecks();
        OtlpExport.Add(builder.Services, builder.Configuration, settings.Telemetry, settings.Role, () => host()!.Node.Name);
        builder.Services.AddAkka(NodeHocon.SystemName, (akka, _) =>
        {
            akka.AddHocon(
                NodeHocon.For(settings).WithFallback(ConfigurationFactory.ParseString(NodeLogger.Hocon)), HoconAddMode.Replace);
            foreach (var setup in Setups(settings, log)) akka.AddSetup(setup);
            akka.WithActorSystemLivenessCheck(tags: [NodeHealth.Live]);
            akka.WithHealthCheck(
                NodeHealth.Ready, (_, _, _) => Task.FromResult(NodeHealth.Readiness(host())), tags: [NodeHealth.Ready]);
        });
        return builder.Build();
    }

    private static IEnumerable<Setup> Setups(NodeSettings settings, NodeLog log)
    {
        yield return log;
        if (settings.Certificate is { } certificate) yield return NodeTls.Setup(certificate);
    }

    private static ActorSystem CreateSystem(WebApplication app, NodeSettings settings)
    {
        try
        {
            // Made here and not by the host's own start, which logs what goes wrong and goes on.
            return app.Services.GetRequiredService<ActorSystem>();
        }
        catch (Exception failed) when (NodeServer.SocketErrorOf(failed) is { } socket)
        {
            throw new NodeStartException($"cluster {settings.Host}:{settings.Port}: {socket.Message}", failed);
        }
    }

    private async Task StopOnceAsync()
    {
        var system = Node.System;
        try
        {
            await CoordinatedShutdown.Get(system).Run(NodeStopped.Instance).WaitAsync(LongestStop);
            await system.WhenTerminated.WaitAsync(LongestHttpStop);
        }
        catch (TimeoutException)
        {
            _isCutOff = true;
            ((ExtendedActorSystem)system).Abort();
        }
    }

    private async Task<NodeEnd> EndedAsync()
    {
        await Node.System.WhenTerminated;
        if (_isCutOff) return NodeEnd.Failed;
        return CoordinatedShutdown.Get(Node.System).ShutdownReason switch
        {
            CoordinatedShutdown.ClusterDowningReason => NodeEnd.Downed,
            NodeStopped or CoordinatedShutdown.ClusterLeavingReason => NodeEnd.Left,
            CoordinatedShutdown.ClrExitReason or CoordinatedShutdown.ActorSystemTerminateReason => NodeEnd.Left,
            _ => NodeEnd.Failed,
        };
    }

    /// <summary>This process told the node to leave.</summary>
    private sealed class NodeStopped : CoordinatedShutdown.Reason
    {
        public static NodeStopped Instance { get; } = new();

        // The tool's exit code is the tool's.
        public override int ExitCode => 0;
    }

    /// <summary>The host neither takes signals nor ends the process: whoever started it does.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
