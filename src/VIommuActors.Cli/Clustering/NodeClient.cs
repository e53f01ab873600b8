using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cluster.Hosting;

namespace VIommuActors.Cli.Clustering;

/// <summary>Asks a node over HTTP.</summary>
internal sealed class NodeClient : IDisposable
{
    private const long MostBytes = 4 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly HttpClientHandler _handler;
    private readonly Uri _at;
    private readonly CancellationToken _cancel;

    /// <summary>A client of one node.</summary>
    /// <param name="at">Its HTTP address.</param>
    /// <param name="secret">What its commands need; null or empty when there is none.</param>
    /// <param name="certificate">The only one that it may show, for https; null: one that the system trusts.</param>
    /// <param name="cancel">Fires when the user interrupts.</param>
    public NodeClient(Uri at, string? secret, X509Certificate2? certificate, CancellationToken cancel)
    {
        (_at, _cancel) = (at, cancel);
        // Neither proxies nor redirects: a secret goes where it was meant for.
        _handler = new HttpClientHandler { UseProxy = false, AllowAutoRedirect = false };
        if (certificate?.GetCertHash(HashAlgorithmName.SHA256) is { } hash)
            _handler.ServerCertificateCustomValidationCallback = (_, shown, _, _) => NodeTlsPin.IsPinned(shown, hash);
        _http = new HttpClient(_handler) { Timeout = Patience, MaxResponseContentBufferSize = MostBytes };
        if (!string.IsNullOrEmpty(secret)) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
    }

    /// <summary>Reads an address as a user types it.</summary>
    /// <exception cref="ToolException">It is none.</exception>
    public static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var at) && at.Scheme is "http" or "https" && at.AbsolutePath == "/"
        && at.Query.Length == 0 && at.UserInfo.Length == 0
            ? at
            : throw ToolException.Usage("--at", text, "not the HTTP address of a node", "http://HOST:PORT as viommu node prints it");

    /// <summary>What a path says; its status may be one that means no.</summary>
    /// <exception cref="ToolException">Nothing answers, or what does is no node.</exception>
    public (int Status, JsonElement Body) Get(string path) => Send(HttpMethod.Get, path);

    /// <summary>Has a command carried out.</summary>
    /// <exception cref="ToolException">Nothing answers, or the node refuses.</exception>
    public JsonElement Post(string path)
    {
        var (status, body) = Send(HttpMethod.Post, path);
        if (status == 200) return body;
        var (key, message, accepted) = (Text(body, "key"), Text(body, "message"), Text(body, "accepted"));
        throw status is 401 or 403
            ? ToolException.Environment(_at.AbsoluteUri.TrimEnd('/'), accepted.Length == 0 ? message : $"{message}; accepted: {accepted}")
            : ToolException.Usage(key, "", message, accepted);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private static string Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private (int Status, JsonElement Body) Send(HttpMethod method, string path)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(_at, path));
            using var response = _http.Send(request, _cancel);
            using var stream = response.Content.ReadAsStream(_cancel);
            using var document = JsonDocument.Parse(stream);
            var body = document.RootElement.Clone();
            if (body.ValueKind != JsonValueKind.Object || !Text(body, "schema").StartsWith("viommu.", StringComparison.Ordinal))
                throw Nobody("");
            return ((int)response.StatusCode, body);
        }
        catch (Exception failed) when (failed is HttpRequestException or JsonException or IOException
            || (failed is OperationCanceledException && !_cancel.IsCancellationRequested))
        {
            throw Nobody(failed is HttpRequestException ? $": {failed.Message}" : "");
        }
    }

    private ToolException Nobody(string why) => ToolException.Environment(_at.AbsoluteUri.TrimEnd('/'), $"no node answers there{why}");
}
