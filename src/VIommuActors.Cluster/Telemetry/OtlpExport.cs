using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using VIommuActors.Cluster.Hosting;

namespace VIommuActors.Cluster.Telemetry;

/// <summary>Sends the metrics to an OpenTelemetry collector, when the standard variables name one.</summary>
public static class OtlpExport
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT", MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

    // The last metrics go out while the node stops, which has to be over in 30 s even if the collector is dead.
    private const int LongestExportMs = 2_000;

    /// <summary>The variables that count, as the OpenTelemetry specification names them.</summary>
    public static ImmutableArray<string> Variables { get; } =
    [
        Endpoint, MetricsEndpoint, "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT",
        "OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRIC_EXPORT_TIMEOUT", "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
        "OTEL_METRICS_EXPORTER", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_SDK_DISABLED",
    ];

    /// <summary>True when something is to be sent.</summary>
    public static bool IsWanted(IReadOnlyDictionary<string, string> variables) =>
        (IsSet(variables, Endpoint) || IsSet(variables, MetricsEndpoint))
        && !string.Equals(variables.GetValueOrDefault("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && variables.GetValueOrDefault("OTEL_METRICS_EXPORTER") != "none";

    /// <summary>Throws when an endpoint is none.</summary>
    /// <exception cref="NodeSettingsException">It is no address of HTTP.</exception>
    internal static void Check(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var name in (string[])[Endpoint, MetricsEndpoint])
        {
            if (!IsSet(variables, name)) continue;
            var value = variables[name];
            if (!Uri.TryCreate(value, UriKind.Absolute, out var at) || at.Scheme is not ("http" or "https"))
                throw new NodeSettingsException(name, value, "not an address", "http://HOST:PORT or https://HOST:PORT");
        }
    }

    /// <summary>Adds the exporter to a host's services; does nothing when nothing is to be sent.</summary>
    /// <param name="services">Of the host.</param>
    /// <param name="configuration">Takes the variables: the exporter reads them there.</param>
    /// <param name="variables">What is set of <see cref="Variables"/>.</param>
    /// <param name="role">What the node is for.</param>
    /// <param name="node">Its name, asked for once it has one.</param>
    internal static void Add(
        IServiceCollection services, IConfigurationBuilder configuration, IReadOnlyDictionary<string, string> variables, string role,
        Func<string> node)
    {
        if (!IsWanted(variables)) return;
        configuration.AddInMemoryCollection(variables.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value)));
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddDetector(_ => new NodeResource(role, node)))
            .WithMetrics(metrics => metrics
                .AddMeter(NodeInstruments.MeterName)
                .AddOtlpExporter((exporter, _) => Limit(exporter, variables)));
    }

    private static void Limit(OtlpExporterOptions exporter, IReadOnlyDictionary<string, string> variables)
    {
        exporter.TimeoutMilliseconds = Math.Min(exporter.TimeoutMilliseconds, LongestExportMs);
        // The variable for metrics alone wins, and is the whole address.
        if (!IsSet(variables, MetricsEndpoint)) return;
        exporter.Endpoint = new Uri(variables[MetricsEndpoint]);
        var protocol = variables.GetValueOrDefault("OTEL_EXPORTER_OTLP_PROTOCOL", "");
        if (variables.GetValueOrDefault("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", protocol) == "http/protobuf")
            exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
    }

    private static bool IsSet(IReadOnlyDictionary<string, string> variables, string name) =>
        variables.TryGetValue(name, out var value) && value.Length > 0;

    private sealed class NodeResource(string role, Func<string> node) : IResourceDetector
    {
        public Resource Detect() => new(
        [
            new("service.name", "viommu"), new("service.instance.id", node()), new("role", role),
            new("service.version", typeof(NodeResource).Assembly.GetName().Version!.ToString(3)),
        ]);
    }
}
