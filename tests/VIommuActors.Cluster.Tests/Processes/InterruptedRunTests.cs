using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace VIommuActors.Cluster.Tests.Processes;

/// <summary>Ctrl-C and SIGTERM end a whole cluster run: nodes leave, what there is is kept, the code is 130.</summary>
[Trait("Category", "cluster")]
public sealed class InterruptedRunTests
{
    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_run_that_is_interrupted_leaves_in_time_and_keeps_what_it_has(string signal)
    {
        var folder = Directory.CreateTempSubdirectory("viommu-cluster-");
        using var run = Tool.Start(
        [
            "cluster", "run", "cluster-drain", "--spawn", "2", "--machines", "6", "--duration", "120s", "--json", "--set",
            "workload.rounds=1000000000", "--out", folder.FullName,
        ]);
        // Its nodes are its children; the machines run once it says how far it has come.
        var progress = "";
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90)))
        {
            while (!progress.Contains("cluster run: seconds: ", StringComparison.Ordinal) || progress.Contains(" 0/", StringComparison.Ordinal))
                progress = await run.StandardError.ReadLineAsync(patience.Token) ?? throw new IOException("it ended");
        }
        var watch = Stopwatch.StartNew();
        using (var kill = Process.Start("kill", [$"-{signal}", run.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }
        var (code, output, _) = await Tool.End(run, TimeSpan.FromSeconds(60));
        Assert.Equal(130, code);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"it took {watch.Elapsed}");
        using var document = JsonDocument.Parse(output);
        Assert.True(document.RootElement.GetProperty("interrupted").GetBoolean());
        Assert.Equal(6, document.RootElement.GetProperty("spared").GetInt32());
        Assert.True(document.RootElement.GetProperty("dmas").GetInt64() > 0);
        Assert.Equal(output, await File.ReadAllTextAsync(Path.Combine(folder.FullName, "cluster-run.json")));
        folder.Delete(recursive: true);
    }
}
