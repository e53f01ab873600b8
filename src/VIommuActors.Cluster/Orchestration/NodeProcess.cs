using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace VIommuActors.Cluster.Orchestration;

/// <summary>A node in a process of its own on this host.</summary>
public sealed class NodeProcess : IDisposable
{
    /// <summary>Lines of its log that are kept, the latest.</summary>
    public const int LinesKept = 200;

    private const string Setsid = "/usr/bin/setsid";

    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(Process process, int index, string role) => (_process, Index, Role) = (process, index, role);

    /// <summary>Its place in the plan.</summary>
    public int Index { get; }

    /// <summary>Its role.</summary>
    public string Role { get; }

    /// <summary>host:port, once it is ready.</summary>
    public string Node { get; private set; } = "";

    /// <summary>Where its HTTP endpoints are, once it is ready.</summary>
    public Uri? Http { get; private set; }

    /// <summary>True once the process has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code, once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>What it said last on stderr.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    /// <summary>Starts a node that joins <paramref name="seed"/>.</summary>
    /// <param name="command">How.</param>
    /// <param name="index">Its place in the plan.</param>
    /// <param name="role">Its role.</param>
    /// <param name="seed">host:port of the coordinator.</param>
    /// <param name="extra">Further options.</param>
    public static NodeProcess Start(NodeCommand command, int index, string role, string seed, IEnumerable<string> extra)
    {
        // In a session of its own: a terminal's Ctrl-C is the tool's to handle, which lets its nodes end in order.
        var start = new ProcessStartInfo(File.Exists(Setsid) ? Setsid : command.Program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        string[] words =
        [
            .. command.Words, "--role", role, "--seed", seed, "--http-port", "0", "--fault-injection", "--json", "--ends-with-input",
            .. extra,
        ];
        if (start.FileName == Setsid) start.ArgumentList.Add(command.Program);
        foreach (var word in words) start.ArgumentList.Add(word);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var node = new NodeProcess(process, index, role);
        process.OutputDataReceived += (_, line) => node.Heard(line.Data);
        process.ErrorDataReceived += (_, line) => node.Keep(line.Data);
        process.Exited += (_, _) => node._ready.TrySetException(new IOException($"node {index} ({role}) ended before it was ready"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return node;
    }

    /// <summary>Waits until it has joined.</summary>
    /// <exception cref="IOException">It ended instead.</exception>
    public Task WhenReady(CancellationToken cancel) => _ready.Task.WaitAsync(cancel);

    /// <summary>Ends it at once, as <c>kill -9</c> does.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>Asks it to leave (SIGTERM), and ends it when it does not in time.</summary>
    public async Task Stop(TimeSpan patience)
    {
        if (_process.HasExited) return;
        using (var term = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await term.WaitForExitAsync();
        }
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is null || !line.StartsWith('{')) return;
        try
        {
            using var document = JsonDocument.Parse(line);
            Node = document.RootElement.GetProperty("node").GetString()!;
            Http = new Uri(document.RootElement.GetProperty("http").GetString()!);
            _ready.TrySetResult();
        }
        catch (Exception malformed) when (malformed is JsonException or KeyNotFoundException or UriFormatException or ArgumentNullException)
        {
            _ready.TrySetException(new IOException($"node {Index} ({Role}) said {line}", malformed));
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesKept) _lines.Dequeue();
        }
    }
}
