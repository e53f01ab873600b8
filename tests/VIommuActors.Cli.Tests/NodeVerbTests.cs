using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Serilog;
using VIommuActors.Cli.Terminal;
using VIommuActors.Cluster.Hosting;
using VIommuActors.Cluster.Nodes;

namespace VIommuActors.Cli.Tests;

/// <summary>Nodes as the tool starts them, and the verbs that talk to them.</summary>
public sealed class NodeVerbTests
{
    private const string Secret = "correct horse battery";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Two_processes_form_a_cluster_and_a_signal_of_either_kind_ends_one_in_time_with_130()
    {
        using var first = new NodeProcess("--role", "coordinator", "--admin");
        var ready = await first.ReadyAsync();
        Assert.Equal(["schema", "node", "http", "role", "pid"], Json.Names(ready));
        Assert.Equal("viommu.node/1", ready.GetProperty("schema").GetString());
        var (name, at) = (ready.GetProperty("node").GetString()!, ready.GetProperty("http").GetString()!);
        using var second = new NodeProcess("--role", "hypervisor", "--seed", name);
        Assert.Equal("hypervisor", (await second.ReadyAsync()).GetProperty("role").GetString());

        var (code, output, error) = Tool.Run("cluster", "members", "--at", at, "--json");
        Assert.Equal((ExitCode.AsExpected, ""), (code, error));
        Assert.Equal(2, Json.Parse(output).GetProperty("count").GetInt32());

        var watch = Stopwatch.StartNew();
        second.Signal("TERM");
        var ended = await second.EndAsync();
        Assert.Equal((130, ""), (ended.Code, ended.Out));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        first.Signal("INT");
        ended = await first.EndAsync();
        Assert.Equal((130, ""), (ended.Code, ended.Out));
    }

    [Fact]
    public async Task A_node_that_was_downed_says_so_and_returns_3_and_one_that_was_told_to_leave_returns_0()
    {
        await using var host = await StartAsync(settings => settings with { Admin = true });
        var at = host.HttpAddress.AbsoluteUri.TrimEnd('/');
        using var downed = new NodeProcess("--role", "hypervisor", "--seed", host.Node.Name);
        using var left = new NodeProcess("--role", "device-model", "--seed", host.Node.Name);
        var names = new[] { (await downed.ReadyAsync()).GetProperty("node").GetString()!, (await left.ReadyAsync()).GetProperty("node").GetString()! };

        Assert.Equal(ExitCode.AsExpected, Tool.Run("cluster", "leave", "--at", at, "--node", names[1]).Code);
        Assert.Equal(0, (await left.EndAsync()).Code);
        Assert.Equal(ExitCode.AsExpected, Tool.Run("cluster", "down", "--at", at, "--node", names[0]).Code);
        var (code, output, error) = await downed.EndAsync();
        Assert.Equal(3, code);
        Assert.Contains("went on without this node", error, StringComparison.Ordinal);
        Assert.Equal("viommu.error/1", Json.Parse(output).GetProperty("schema").GetString());
    }

    [Fact]
    public async Task A_port_that_is_taken_returns_6_and_names_it()
    {
        await using var host = await StartAsync();
        var port = host.Node.Name.Split(':')[1];
        var (code, output, error) = Tool.Run("node", "--role", "hypervisor", "--port", port);
        Assert.Equal((ExitCode.Environment, ""), (code, output));
        Assert.Contains($"127.0.0.1:{port}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_and_members_are_tables_for_people_and_documents_for_programs()
    {
        await using var host = await StartAsync();
        var at = host.HttpAddress.AbsoluteUri.TrimEnd('/');
        var (code, output, error) = Tool.Run("cluster", "status", "--at", at);
        Assert.Equal((ExitCode.AsExpected, ""), (code, error));
        Assert.Contains($"{host.Node.Name} coordinator is ready; 1 members, 0 unreachable", output, StringComparison.Ordinal);
        Assert.Contains("asked, leader", output, StringComparison.Ordinal);
        Assert.Single(Tool.Run("cluster", "status", "--at", at, "--quiet").Out.TrimEnd().Split('\n'));
        var status = Json.Parse(Tool.Run("cluster", "status", "--at", at, "--json").Out);
        Assert.Equal(["schema", "ready", "health", "cluster", "runs"], Json.Names(status));
        var members = Json.Parse(Tool.Run("cluster", "members", "--at", at, "--json").Out);
        Assert.Equal(["schema", "self", "leader", "count", "unreachable", "members", "cut", "linkDelayMs"], Json.Names(members));
        Assert.StartsWith("member ", Tool.Run("cluster", "members", "--at", at).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_refuses_is_told_apart_from_one_that_does_not_understand_and_from_none()
    {
        await using var closed = await StartAsync();
        await using var secret = await StartAsync(settings => settings with { FaultInjection = true, Secret = Secret });
        string At(NodeHost host) => host.HttpAddress.AbsoluteUri.TrimEnd('/');
        var (code, _, error) = Tool.Run("cluster", "slow", "--at", At(closed), "--ms", "5");
        Assert.Equal(ExitCode.Environment, code);
        Assert.Contains("--admin", error, StringComparison.Ordinal);
        (code, _, error) = Tool.Run("cluster", "slow", "--at", At(secret), "--ms", "5");
        Assert.Equal(ExitCode.Environment, code);
        Assert.Contains("secret", error, StringComparison.Ordinal);

        (ExitCode, string, string) WithSecret(params string[] words)
        {
            using var console = new TestConsole();
            console.Variables["VIOMMU_SECRET"] = Secret;
            return Tool.Run(console, ["cluster", .. words, "--at", At(secret)]);
        }

        Assert.Equal((ExitCode.AsExpected, "frames leave 5 ms later\n", ""), WithSecret("slow", "--ms", "5"));
        Assert.Equal(5, secret.Node.Weather.LinkDelay.TotalMilliseconds);
        Assert.Equal((ExitCode.AsExpected, "", ""), WithSecret("slow", "--ms", "0", "--quiet"));
        var (wrong, _, said) = WithSecret("partition", "--node", "127.0.0.1:1");
        Assert.Equal(ExitCode.Usage, wrong);
        Assert.Contains("is no member", said, StringComparison.Ordinal);
        Assert.Equal("viommu.done/1", Json.Parse(WithSecret("heal", "--json").Item2).GetProperty("schema").GetString());

        (code, var output, _) = Tool.Run("cluster", "members", "--at", "http://127.0.0.1:9", "--json");
        Assert.Equal((ExitCode.Environment, 6), (code, Json.Parse(output).GetProperty("exitCode").GetInt32()));
    }

    [Fact]
    public async Task Off_loopback_the_endpoint_is_https_and_the_client_takes_the_nodes_certificate_and_no_other()
    {
        using var folder = new TestFolder();
        string Save(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var now = DateTimeOffset.UtcNow;
            using var made = new CertificateRequest("CN=viommu", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddMinutes(-5), now.AddDays(1));
            File.WriteAllBytes(folder[name], made.Export(X509ContentType.Pkcs12));
            return folder[name];
        }

        var (ours, theirs) = (Save("ours.pfx"), Save("theirs.pfx"));
        using var certificate = NodeCertificate.Load(ours, null);
        // Nothing else makes the endpoint take its way over TLS; it is read-only, and there for a moment.
        await using var host = await StartAsync(settings => settings with
        {
            HttpHost = "0.0.0.0",
            AllowRemote = true,
            Certificate = certificate,
        });
        Assert.Equal("https", host.HttpAddress.Scheme);
        var at = $"https://127.0.0.1:{host.HttpAddress.Port}";
        Assert.Equal(ExitCode.AsExpected, Tool.Run("cluster", "members", "--at", at, "--tls-certificate", ours).Code);
        Assert.Equal(ExitCode.Environment, Tool.Run("cluster", "members", "--at", at, "--tls-certificate", theirs).Code);
        Assert.Equal(ExitCode.Environment, Tool.Run("cluster", "members", "--at", at).Code);
        Assert.Equal(ExitCode.Environment, Tool.Run("cluster", "members", "--at", at.Replace("https", "http", StringComparison.Ordinal)).Code);
    }

    [Fact]
    public async Task Lines_of_a_node_say_whose_they_are_and_the_file_has_it_as_properties()
    {
        using var folder = new TestFolder();
        using var interrupt = new CancellationTokenSource();
        using var console = new TestConsole();
        var node = Task.Factory.StartNew(
            () => ViommuTool.Run(["node", "--role", "coordinator", "-v", "--log-json", folder["log"]], console, interrupt.Token),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using (var patience = new CancellationTokenSource(Patience))
            while (console.OutText.Length == 0 && !node.IsCompleted) await Task.Delay(20, patience.Token);
        await interrupt.CancelAsync();
        Assert.Equal(ExitCode.Interrupted, await node.WaitAsync(Patience));
        var name = console.OutText.Split(' ')[0];
        Assert.Matches("^127\\.0\\.0\\.1:\\d+ coordinator is up; http://127\\.0\\.0\\.1:\\d+; pid \\d+\n$", console.OutText);
        Assert.Contains($"INF [{name} ", console.ErrorText, StringComparison.Ordinal);
        var lines = File.ReadAllLines(folder["log"]).Select(Json.Parse).ToArray();
        var named = lines.Where(line => line.TryGetProperty("Node", out var node) && node.GetString() == name).ToArray();
        Assert.NotEmpty(named);
        Assert.Contains(named, line => line.TryGetProperty("ActorPath", out var path) && path.GetString()!.StartsWith("/system/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_line_of_a_machine_names_node_machine_and_actor()
    {
        using var console = new TestConsole();
        using (var log = ToolLog.Create(console, Serilog.Events.LogEventLevel.Warning, null))
        {
            var node = log.ForContext("Node", "127.0.0.1:5000");
            node.Warning("one");
            node.ForContext("ActorPath", "/user/node").Warning("two");
            node.ForContext("ActorPath", "/system/sharding/hypervisor/7/5/vm-5").ForContext("Vm", 5).Warning("three");
            log.Warning("four");
        }
        Assert.Equal(
            "WRN [127.0.0.1:5000] one\nWRN [127.0.0.1:5000 /user/node] two\n"
            + "WRN [127.0.0.1:5000 vm 5 /system/sharding/hypervisor/7/5/vm-5] three\nWRN four\n",
            console.ErrorText);
    }

    private static async Task<NodeHost> StartAsync(Func<NodeSettings, NodeSettings>? with = null)
    {
        var settings = new NodeSettings { Role = NodeRole.Coordinator };
        var host = await NodeHost.StartAsync(with?.Invoke(settings) ?? settings, Serilog.Core.Logger.None);
        await host.WhenReady.WaitAsync(Patience);
        return host;
    }
}
