using System.Text.Json;
using Serilog;
using VIommuActors.Cluster.Hosting;
using VIommuActors.Cluster.Nodes;

namespace VIommuActors.Cluster.Tests.Hosting;

/// <summary>Nodes as processes have them, in this one: each with its HTTP endpoint; and a client for these.</summary>
internal sealed class Hosts : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<NodeHost> _hosts = [];
    private readonly ILogger _log;

    public Hosts(ILogger? log = null) => _log = log ?? Standard();

    /// <summary>Nobody reads it, unless VIOMMU_TEST_LOG names a file.</summary>
    private static ILogger Standard() =>
        Environment.GetEnvironmentVariable("VIOMMU_TEST_LOG") is { Length: > 0 } path
            ? new LoggerConfiguration().MinimumLevel.Debug().WriteTo.Sink(new FileSink(path)).CreateLogger()
            : Serilog.Core.Logger.None;

    public HttpClient Http { get; } = new() { Timeout = Patience };

    public NodeHost First => _hosts[0];

    /// <summary>Starts a node; the first begins a cluster, the others join it. Returns when it is Up.</summary>
    public async Task<NodeHost> StartAsync(string role, Func<NodeSettings, NodeSettings>? with = null)
    {
        var host = await BeginAsync(role, with);
        await host.WhenReady.WaitAsync(Patience);
        return host;
    }

    /// <summary>As <see cref="StartAsync"/>, without waiting for it to join.</summary>
    public async Task<NodeHost> BeginAsync(string role, Func<NodeSettings, NodeSettings>? with = null)
    {
        var settings = new NodeSettings { Role = role, Seeds = _hosts.Count == 0 ? [] : [First.Node.Name] };
        var host = await NodeHost.StartAsync(with?.Invoke(settings) ?? settings, _log);
        _hosts.Add(host);
        return host;
    }

    public async Task<(int Status, JsonElement Body)> AskAsync(NodeHost host, string path, string method = "GET", string? bearer = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(host.HttpAddress, path));
        if (bearer is not null) request.Headers.TryAddWithoutValidation("Authorization", bearer);
        return await SendAsync(request);
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpRequestMessage request)
    {
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    /// <summary>Asks again until the members that a node sees are as they have to become.</summary>
    public async Task<JsonElement> MembersAsync(NodeHost host, Func<JsonElement, bool> are)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var members = (await AskAsync(host, "/cluster/members")).Body;
            if (are(members)) return members;
            await Task.Delay(50, patience.Token);
        }
    }

    public static int Count(JsonElement members, string status, bool reachable = true) =>
        members.GetProperty("members").EnumerateArray().Count(member =>
            member.GetProperty("status").GetString() == status && member.GetProperty("reachable").GetBoolean() == reachable);

    public async ValueTask DisposeAsync()
    {
        // The first one last: the others leave to somebody.
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
        Http.Dispose();
    }

    private sealed class FileSink(string path) : Serilog.Core.ILogEventSink
    {
        private static readonly Lock Gate = new();

        public void Emit(Serilog.Events.LogEvent logEvent)
        {
            var text = $"{logEvent.Timestamp:HH:mm:ss.fff} {logEvent.Level} {logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture)}";
            lock (Gate) File.AppendAllText(path, $"{text} {logEvent.Exception}\n");
        }
    }
}
