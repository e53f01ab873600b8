using System.Diagnostics;
using System.Text.Json;
using VIommuActors.Cluster.Orchestration;

namespace VIommuActors.Cluster.Tests.Processes;

/// <summary>The built tool as a process.</summary>
internal static class Tool
{
    /// <summary>Its library: that of this build.</summary>
    public static string Library { get; } = typeof(Cli.ExitCode).Assembly.Location;

    /// <summary>How it starts a node.</summary>
    public static NodeCommand Node { get; } = new("dotnet", [Library, "node"]);

    public static Process Start(IEnumerable<string> words, string? inNamespace = null, IDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(inNamespace is null ? "dotnet" : "ip")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        string[] front = inNamespace is null ? [Library] : ["netns", "exec", inNamespace, "dotnet", Library];
        foreach (var word in (string[])[.. front, .. words]) start.ArgumentList.Add(word);
        foreach (var (name, value) in variables ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Waits for its end and reads what it said.</summary>
    public static async Task<(int Code, string Out, string Error)> End(Process process, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        return (process.ExitCode, await output, await error);
    }

    /// <summary>The first line of JSON that it prints.</summary>
    public static async Task<JsonElement> FirstLine(Process process, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        var line = await process.StandardOutput.ReadLineAsync(limit.Token)
            ?? throw new IOException($"it ended: {await process.StandardError.ReadToEndAsync(limit.Token)}");
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }
}
