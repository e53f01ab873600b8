using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Net.Http.Headers;
using Serilog;
using VIommuActors.Cluster.Nodes;

namespace VIommuActors.Cluster.Hosting;

/// <summary>The paths of a node: what it is asked by GET, what it is told by POST. Every answer is a JSON document.</summary>
public sealed class NodeEndpoints
{
    private const int MostNodes = 64;
    private const string Get = "GET", Post = "POST";

    private static readonly (string Path, string Method, string[] Query)[] Table =
    [
        ("/health/live", Get, []),
        ("/health/ready", Get, []),
        ("/cluster/members", Get, []),
        ("/runs", Get, []),
        ("/cluster/leave", Post, ["node"]),
        ("/cluster/down", Post, ["node"]),
        ("/cluster/partition", Post, ["node"]),
        ("/cluster/heal", Post, ["node"]),
        ("/cluster/slow", Post, ["ms"]),
    ];

    private static readonly FrozenDictionary<string, (string Method, string[] Query)> Known =
        Table.ToFrozenDictionary(row => row.Path, row => (row.Method, row.Query), StringComparer.Ordinal);

    private readonly NodeHost _host;
    private readonly NodeAdmin _admin;
    private readonly ILogger _log;
    private readonly byte[] _secret;

    internal NodeEndpoints(NodeHost host, ILogger log)
    {
        _host = host;
        _log = log.ForContext(nameof(Node), host.Node.Name);
        _admin = new NodeAdmin(host.Node, _log);
        _secret = SHA256.HashData(Encoding.UTF8.GetBytes(host.Node.Settings.Secret));
    }

    /// <summary>Every path with its method.</summary>
    public static IReadOnlyList<(string Method, string Path)> Paths { get; } = [.. Table.Select(row => (row.Method, row.Path))];

    private ClusterNode Node => _host.Node;

    private NodeSettings Settings => Node.Settings;

    internal async Task HandleAsync(HttpContext context)
    {
        try
        {
            await RouteAsync(context);
        }
        catch (Exception failed) when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            _log.Error(failed, "{Method} {Path} failed", context.Request.Method, context.Request.Path.Value);
            await RefuseAsync(context, StatusCodes.Status500InternalServerError, "an error of the node; its log has it", "");
        }
    }

    private async Task RouteAsync(HttpContext context)
    {
        var request = context.Request;
        var path = request.Path.Value ?? "";
        if (!Known.TryGetValue(path, out var known))
            await RefuseAsync(context, StatusCodes.Status404NotFound, "there is no such path", string.Join(", ", Known.Keys.Order()));
        else if (request.Method != known.Method && !(known.Method == Get && HttpMethods.IsHead(request.Method)))
        {
            context.Response.Headers.Allow = known.Method;
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, $"{path} does not take this method", known.Method);
        }
        else if (request.Query.Keys.FirstOrDefault(key => !known.Query.Contains(key)) is { } unknown)
            await RefuseAsync(
                context, StatusCodes.Status400BadRequest, "there is no such parameter", string.Join(", ", known.Query), unknown);
        else if (request.ContentLength > NodeServer.MostBody)
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "no request has a body", "none");
        else if (known.Method == Get) await AnswerAsync(context, path);
        else if (await MayCommandAsync(context)) await ObeyAsync(context, path);
    }

    private async Task AnswerAsync(HttpContext context, string path)
    {
        switch (path)
        {
            case "/health/live":
                await HealthAsync(context, NodeHealth.Live);
                break;
            case "/health/ready":
                await HealthAsync(context, NodeHealth.Ready);
                break;
            case "/cluster/members":
                await WriteAsync(context, 200, NodeDocuments.MembersSchema, writer => NodeDocuments.Members(writer, Node, _admin.Cut));
                break;
            default:
                await WriteAsync(context, 200, NodeDocuments.RunsSchema, writer => NodeDocuments.Runs(writer, Node));
                break;
        }
    }

    private async Task HealthAsync(HttpContext context, string tag)
    {
        var checks = context.RequestServices.GetRequiredService<HealthCheckService>();
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(tag), context.RequestAborted);
        var isWell = report.Status == HealthStatus.Healthy;
        var status = isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await WriteAsync(context, status, NodeDocuments.HealthSchema, writer =>
        {
            writer.WriteString("node", Node.Name);
            writer.WriteBoolean("healthy", isWell);
            writer.WriteString("detail", string.Join("; ", report.Entries.Values.Select(entry => entry.Description)));
        });
    }

    private async Task<bool> MayCommandAsync(HttpContext context)
    {
        if (!Settings.TakesCommands)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "this node takes no commands", "a node started with --admin");
            return false;
        }
        // A page in a browser of this host could send a POST here; it cannot leave this header out.
        if (context.Request.Headers.ContainsKey(HeaderNames.Origin) || context.Request.Headers.ContainsKey("Sec-Fetch-Site"))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "commands are not taken from web pages", "a request without Origin");
            return false;
        }
        if (Settings.Secret.Length == 0 || IsSecret(context.Request.Headers.Authorization.ToString())) return true;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        await RefuseAsync(context, StatusCodes.Status401Unauthorized, "the secret is missing or wrong", "Authorization: Bearer SECRET");
        return false;
    }

    // Hashes are compared: neither the time nor the length says anything about the secret.
    private bool IsSecret(string authorization) =>
        authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization["Bearer ".Length..])), _secret);

    private async Task ObeyAsync(HttpContext context, string path)
    {
        var query = context.Request.Query;
        string[] nodes = [.. query["node"].OfType<string>()];
        if (nodes.Length > MostNodes)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "too many nodes", $"at most {MostNodes}", "node");
            return;
        }
        var problem = path switch
        {
            "/cluster/leave" => nodes.Length <= 1 ? _admin.Leave(nodes.FirstOrDefault()) : "one node at a time",
            "/cluster/down" => nodes.Length == 1 ? _admin.Down(nodes[0]) : "node=host:port is needed, once",
            "/cluster/partition" => nodes.Length > 0 ? await _admin.PartitionAsync(nodes) : "node=host:port is needed",
            "/cluster/heal" => await _admin.HealAsync(nodes),
            _ => query["ms"] is [{ } ms] ? _admin.Slow(ms) : "ms=N is needed, once",
        };
        if (problem is not null)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, problem, "");
            return;
        }
        await WriteAsync(context, StatusCodes.Status200OK, NodeDocuments.DoneSchema, writer =>
        {
            writer.WriteString("node", Node.Name);
            writer.WriteString("done", path["/cluster/".Length..]);
            writer.WriteStartArray("nodes");
            foreach (var name in nodes) writer.WriteStringValue(name);
            writer.WriteEndArray();
        });
    }

    private static Task RefuseAsync(HttpContext context, int status, string message, string accepted, string key = "") =>
        WriteAsync(context, status, NodeDocuments.ErrorSchema, writer =>
        {
            writer.WriteNumber("status", status);
            writer.WriteString("key", key.Length <= 64 ? key : key[..64]);
            writer.WriteString("message", message);
            writer.WriteString("accepted", accepted);
        });

    private static async Task WriteAsync(HttpContext context, int status, string schema, Action<Utf8JsonWriter> fields)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", schema);
            fields(writer);
            writer.WriteEndObject();
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = buffer.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted);
    }
}
