using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Telemetry;

namespace VIommuActors.Cluster.Tests.Hosting;

/// <summary>What is measured arrives where it is listened for, and goes nowhere else.</summary>
public sealed class TelemetryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_listener_hears_durations_in_seconds_and_what_the_node_counts()
    {
        var heard = new ConcurrentDictionary<string, (double Sum, int Count)>();
        var units = new ConcurrentDictionary<string, string?>();
        await using var hosts = new Hosts();
        var first = await hosts.StartAsync(NodeRole.Coordinator);
        var hypervisor = await hosts.StartAsync(NodeRole.Hypervisor);
        await hosts.StartAsync(NodeRole.DeviceModel);

        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name != NodeInstruments.MeterName) return;
            units[instrument.Name] = instrument.Unit;
            self.EnableMeasurementEvents(instrument);
        };
        void Heard(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var node = instrument.Meter.Tags?.FirstOrDefault(tag => tag.Key == "node").Value;
            foreach (var tag in tags) if (tag.Key == "node") node = tag.Value;
            if (!Equals(node, hypervisor.Node.Name)) return;
            heard.AddOrUpdate(instrument.Name, (value, 1), (_, sum) => (sum.Sum + value, sum.Count + 1));
        }
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Heard(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Heard(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Heard(instrument, value, tags));
        listener.Start();

        await RunAsync(first);
        listener.RecordObservableInstruments();

        Assert.Equal("s", units["viommu.invalidation.duration"]);
        Assert.Equal("s", units["viommu.dma.duration"]);
        var counters = hypervisor.Node.Runs.Runs[0].Counters;
        Assert.Equal(counters.Invalidations, heard["viommu.invalidation.duration"].Count);
        Assert.True(heard["viommu.dma.duration"].Count > 0);
        var mean = heard["viommu.invalidation.duration"].Sum / heard["viommu.invalidation.duration"].Count;
        Assert.InRange(mean, 1e-6, 10);
        Assert.Equal(counters.Dmas, heard["viommu.dmas"].Sum);
        Assert.Equal(0, heard["viommu.dma.stale"].Sum);
        Assert.True(heard["viommu.frames.sent"].Sum > 0);
        Assert.Equal(2, heard["viommu.machines"].Sum);
        foreach (var name in new[] { "viommu.frames.again", "viommu.frames.refused", "viommu.frames.misdirected", "viommu.halves" })
            Assert.Contains(name, heard.Keys);
        Assert.Contains("viommu.wire.unreadable", units.Keys);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "/v1/metrics")]
    public async Task Metrics_reach_a_collector_that_a_variable_names(string variable, string path)
    {
        using var collector = new Collector();
        await using var hosts = new Hosts();
        var settings = new Dictionary<string, string>
        {
            [variable] = collector.Address + path,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
        }.ToImmutableDictionary();
        var host = await hosts.StartAsync(NodeRole.Hypervisor, node => node with { Telemetry = settings });
        var body = await collector.First.WaitAsync(Patience);
        Assert.Equal("/v1/metrics", body.Path);
        // Names in a protobuf message are plain bytes.
        foreach (var text in new[] { "viommu.halves", "service.name", "viommu", "service.instance.id", host.Node.Name, "role", "hypervisor" })
            Assert.Contains(text, body.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_endpoint_nothing_is_exported_and_an_exporter_is_not_even_made()
    {
        Assert.False(OtlpExport.IsWanted(ImmutableDictionary<string, string>.Empty));
        Assert.False(OtlpExport.IsWanted(new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "" }));
        Assert.False(OtlpExport.IsWanted(new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc" }));
        Assert.False(OtlpExport.IsWanted(
            new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://x", ["OTEL_SDK_DISABLED"] = "true" }));
        await using var hosts = new Hosts();
        var host = await hosts.StartAsync(NodeRole.Hypervisor);
        Assert.Null(host.Services.GetService(typeof(OpenTelemetry.Metrics.MeterProvider)));
    }

    [Fact]
    public async Task A_dead_collector_does_not_keep_a_node_from_ending_in_time()
    {
        await using var hosts = new Hosts();
        var settings = ImmutableDictionary<string, string>.Empty.Add("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
        var host = await hosts.StartAsync(NodeRole.Hypervisor, node => node with { Telemetry = settings });
        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static async Task RunAsync(VIommuActors.Cluster.Hosting.NodeHost from)
    {
        var order = new Runs.RunOrder(ThreeNodes.Define("drain", 2, sets: "workload.rounds=5"), 1, 1, null);
        var (_, done, _) = from.Node.Begin(order, TimeProvider.System);
        await done.WaitAsync(Patience);
    }

    /// <summary>Stands for a collector: takes what is posted, answers that it was taken.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly TaskCompletionSource<(string Path, string Text)> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Collector()
        {
            // HttpListener takes no free port by itself.
            using var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            free.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
            free.Stop();
            _listener.Prefixes.Add(Address + "/");
            _listener.Start();
            _ = ServeAsync();
        }

        public string Address { get; }

        public Task<(string Path, string Text)> First => _first.Task;

        public void Dispose() => _listener.Close();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(body);
                    var text = Encoding.Latin1.GetString(body.ToArray());
                    // A reader whose time comes while it is still being told of the instruments sends those that it knows.
                    if (text.Contains("viommu.halves", StringComparison.Ordinal)) _first.TrySetResult((context.Request.Url!.AbsolutePath, text));
                    context.Response.StatusCode = 200;
                    context.Response.Close();
                }
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
            }
        }
    }
}
