using System.Diagnostics;
using System.Text.Json;

namespace VIommuActors.Cluster.Tests.Processes;

/// <summary>
/// A real network that is really cut: hypervisor and coordinator in one namespace of the kernel, the device model in another, mutual TLS
/// between them, and the wire's plug pulled.
/// </summary>
[Trait("Category", "cluster")]
public sealed class PartitionTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly List<Process> _processes = [];

    [Fact]
    public async Task A_cut_that_heals_in_time_loses_nothing_and_one_that_does_not_fences_the_device_model()
    {
        Assert.True(TwoNetworks.Problem is null, TwoNetworks.Problem);
        using var networks = new TwoNetworks();
        var hypervisor = await Node(networks, networks.Left, TwoNetworks.LeftAddress, "hypervisor", seed: null);
        var seed = hypervisor.GetProperty("node").GetString()!;
        var (device, _) = await NodeProcess(networks, networks.Right, TwoNetworks.RightAddress, "device-model", seed);
        var folder = Directory.CreateTempSubdirectory("viommu-partition-");
        var run = Start(
            networks.Left,
            [
                "cluster", "run", "cluster-drain", "--nodes", seed, "--host", TwoNetworks.LeftAddress, "--allow-remote", "--tls-certificate",
                networks.Certificate, "--machines", "6", "--duration", "50s", "--json", "--out", folder.FullName, "--set",
                "workload.rounds=1000000000", "--set", "workload.think-ns=20000000", "--set", "faults=[]",
            ]);
        await Progress(run, 5);

        networks.Cut();
        // Time is what this is about: less than it takes to be given up.
        await Task.Delay(TimeSpan.FromSeconds(2));
        networks.Heal();
        // It was one of three and heard of it in time: nobody was given up.
        await Progress(run, 14);
        Assert.False(device.HasExited);

        networks.Cut();
        var (code, _, error) = await Tool.End(device, Patience);
        Assert.True(code == (int)Cli.ExitCode.NotLive, error);
        networks.Heal();
        await NodeProcess(networks, networks.Right, TwoNetworks.RightAddress, "device-model", seed);

        var (ended, output, said) = await Tool.End(run, Patience);
        Assert.True(ended == 0, said);
        using var document = JsonDocument.Parse(output);
        var result = document.RootElement;
        Assert.Equal("held", result.GetProperty("verdict").GetString());
        Assert.Equal((6, 6L), (result.GetProperty("hit").GetInt32(), result.GetProperty("deviceModelsReplaced").GetInt64()));
        Assert.All(result.GetProperty("violations").EnumerateObject(), property => Assert.Equal(0, property.Value.GetInt64()));
        folder.Delete(recursive: true);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private async Task<JsonElement> Node(TwoNetworks networks, string name, string address, string role, string? seed) =>
        (await NodeProcess(networks, name, address, role, seed)).Said;

    private async Task<(Process Process, JsonElement Said)> NodeProcess(
        TwoNetworks networks, string name, string address, string role, string? seed)
    {
        string[] join = seed is null ? [] : ["--seed", seed];
        var process = Start(
            name,
            [
                "node", "--role", role, "--host", address, "--allow-remote", "--tls-certificate", networks.Certificate, "--json", .. join,
            ]);
        return (process, await Tool.FirstLine(process, Patience));
    }

    private Process Start(string inNamespace, IEnumerable<string> words)
    {
        var process = Tool.Start(words, inNamespace);
        _processes.Add(process);
        return process;
    }

    /// <summary>Waits until the run says that it has come so far, in seconds.</summary>
    private static async Task Progress(Process run, int seconds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var line = await run.StandardError.ReadLineAsync(limit.Token) ?? throw new IOException("the run ended");
            const string Head = "cluster run: seconds: ";
            if (!line.StartsWith(Head, StringComparison.Ordinal)) continue;
            if (int.Parse(line[Head.Length..line.IndexOf('/', StringComparison.Ordinal)], null) >= seconds) return;
        }
    }
}
