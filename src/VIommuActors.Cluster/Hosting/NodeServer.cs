using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using VIommuActors.Cluster.Nodes;

namespace VIommuActors.Cluster.Hosting;

/// <summary>The HTTP server: small limits, for it serves probes and a few commands.</summary>
internal static class NodeServer
{
    /// <summary>Largest body of a request in bytes; no request needs one.</summary>
    public const int MostBody = 4096;

    private const int MostConnections = 64, MostHeaders = 32, MostHeaderBytes = 8192, MostLine = 4096;

    /// <summary>Address and limits.</summary>
    public static void Configure(KestrelServerOptions options, NodeSettings settings)
    {
        options.AddServerHeader = false;
        var limits = options.Limits;
        limits.MaxRequestBodySize = MostBody;
        limits.MaxConcurrentConnections = MostConnections;
        limits.MaxRequestHeaderCount = MostHeaders;
        limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
        limits.MaxRequestLineSize = MostLine;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Listen(AddressOf(settings.HttpHost), settings.HttpPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            // The secret of a command must not cross a network in the clear.
            if (!NodeRules.IsLoopback(settings.HttpHost)) listen.UseHttps(settings.Certificate!);
        });
    }

    /// <summary>The socket's error somewhere below; null when that is not what went wrong.</summary>
    public static SocketException? SocketErrorOf(Exception? failed) => failed switch
    {
        null => null,
        SocketException socket => socket,
        AggregateException several => several.InnerExceptions.Select(SocketErrorOf).FirstOrDefault(found => found is not null),
        _ => SocketErrorOf(failed.InnerException),
    };

    private static IPAddress AddressOf(string host)
    {
        if (IPAddress.TryParse(host, out var address)) return address;
        if (host == "localhost") return IPAddress.Loopback;
        try
        {
            return Dns.GetHostAddresses(host, AddressFamily.InterNetwork).FirstOrDefault()
                ?? throw new NodeStartException($"HTTP {host}: the name has no address");
        }
        catch (SocketException unknown)
        {
            throw new NodeStartException($"HTTP {host}: {unknown.Message}", unknown);
        }
    }
}
