using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VIommuActors.Cluster.Hosting;
using VIommuActors.Cluster.Nodes;

namespace VIommuActors.Cluster.Tests.Hosting;

/// <summary>Who may talk to a node: its own host, and elsewhere only who has the certificate.</summary>
public sealed class SecurityTests
{
    private const string Secret = "correct horse battery";

    public static TheoryData<string, string> Refused => new()
    {
        { "host", "--allow-remote" },
        { "host allowed", "--tls-certificate" },
        { "http", "--allow-remote" },
        { "http allowed", "--tls-certificate" },
        { "http allowed certificate admin", "VIOMMU_SECRET" },
        { "http allowed certificate faults", "VIOMMU_SECRET" },
        { "secret short", "at least 16" },
        { "role", "hypervisor, device-model, coordinator" },
        { "seed", "host:port" },
        { "port", "0 to 65535" },
        { "machines", "1 to 100,000" },
        { "brackets", "a name or an address" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Settings_that_would_open_a_node_to_others_are_refused_before_anything_starts(string what, string accepted)
    {
        using var certificate = NewCertificate();
        var refused = await Assert.ThrowsAsync<NodeSettingsException>(() =>
            NodeHost.StartAsync(Settings(what.Split(' '), certificate), Serilog.Core.Logger.None));
        Assert.Contains(accepted, refused.Accepted, StringComparison.Ordinal);
        Assert.Contains(refused.Key, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host allowed certificate")]
    [InlineData("http allowed certificate")]
    [InlineData("http allowed certificate admin secret")]
    public void With_a_certificate_and_a_secret_they_are_not(string what)
    {
        using var certificate = NewCertificate();
        NodeRules.Check(Settings(what.Split(' '), certificate));
    }

    [Fact]
    public async Task Nodes_with_the_same_certificate_join_and_one_with_another_does_not_and_the_cluster_goes_on()
    {
        using var ours = NewCertificate();
        using var theirs = NewCertificate();
        await using var hosts = new Hosts();
        var first = await hosts.StartAsync(NodeRole.Coordinator, settings => settings with { Certificate = ours });
        var stranger = await hosts.BeginAsync(NodeRole.Hypervisor, settings => settings with { Certificate = theirs });
        var open = await hosts.BeginAsync(NodeRole.Hypervisor);
        var second = await hosts.StartAsync(NodeRole.Hypervisor, settings => settings with { Certificate = ours });
        var third = await hosts.StartAsync(NodeRole.DeviceModel, settings => settings with { Certificate = ours });

        var members = await hosts.MembersAsync(first, members => Hosts.Count(members, "Up") == 3);
        Assert.Equal(
            new[] { first, second, third }.Select(host => host.Node.Name).Order(StringComparer.Ordinal),
            members.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("address").GetString()!)
                .Order(StringComparer.Ordinal));
        Assert.False(stranger.WhenReady.IsCompleted || open.WhenReady.IsCompleted);
        Assert.Equal(503, (await hosts.AskAsync(stranger, "/health/ready")).Status);

        // And it works: machines run over it.
        var order = new Runs.RunOrder(ThreeNodes.Define("drain", 2, sets: "workload.rounds=5"), 1, 1, null);
        var (run, done, _) = first.Node.Begin(order, TimeProvider.System);
        await done.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((0, 0, 2, 0), run.Count());
    }

    /// <summary>A node of another cluster refuses our certificate; this client would take any, so it is the node that has to refuse.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_ends_a_connection_from_who_has_no_certificate_or_another(bool hasOne)
    {
        using var ours = NewCertificate();
        using var theirs = NewCertificate();
        await using var hosts = new Hosts();
        var host = await hosts.StartAsync(NodeRole.Coordinator, settings => settings with { Certificate = ours });
        Assert.True(NodeRules.TryParseNode(host.Node.Name, out var name, out var port));

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync(name, port, patience.Token);
#pragma warning disable CA5359 // taking any certificate is the point
        await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        var options = new SslClientAuthenticationOptions { TargetHost = name };
        if (hasOne) options.ClientCertificateContext = SslStreamCertificateContext.Create(theirs, null, offline: true);
        var read = -1;
        try
        {
            await tls.AuthenticateAsClientAsync(options, patience.Token);
            // In TLS 1.3 the client is done before the server has looked at its certificate.
            read = await tls.ReadAsync(new byte[1], patience.Token);
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            read = 0;
        }
        Assert.Equal(0, read);
    }

    [Fact]
    [Trait("Category", "cluster")]
    public async Task A_cut_works_over_tls_too()
    {
        using var certificate = NewCertificate();
        await using var hosts = new Hosts();
        NodeSettings Faulty(NodeSettings settings) => settings with { Certificate = certificate, FaultInjection = true };
        var first = await hosts.StartAsync(NodeRole.Coordinator, Faulty);
        var second = await hosts.StartAsync(NodeRole.Hypervisor, Faulty);
        await hosts.MembersAsync(first, members => Hosts.Count(members, "Up") == 2);
        Assert.Equal(200, (await hosts.AskAsync(first, $"/cluster/partition?node={second.Node.Name}", "POST")).Status);
        await hosts.MembersAsync(first, members => Hosts.Count(members, "Up", reachable: false) == 1);
        Assert.Equal(200, (await hosts.AskAsync(first, "/cluster/heal", "POST")).Status);
        await hosts.MembersAsync(first, members => Hosts.Count(members, "Up") == 2);
    }

    [Fact]
    public void Only_the_very_certificate_is_ours()
    {
        using var ours = NewCertificate();
        using var theirs = NewCertificate();
        var hash = ours.GetCertHash(HashAlgorithmName.SHA256);
        Assert.True(NodeTlsPin.IsPinned(ours, hash));
        Assert.False(NodeTlsPin.IsPinned(theirs, hash));
        Assert.False(NodeTlsPin.IsPinned(null, hash));
    }

    private static NodeSettings Settings(string[] words, X509Certificate2 certificate)
    {
        var settings = new NodeSettings { Role = NodeRole.Hypervisor };
        foreach (var word in words)
        {
            settings = word switch
            {
                "host" => settings with { Host = "10.0.0.1" },
                "http" => settings with { HttpHost = "0.0.0.0" },
                "allowed" => settings with { AllowRemote = true },
                "certificate" => settings with { Certificate = certificate },
                "admin" => settings with { Admin = true },
                "faults" => settings with { FaultInjection = true },
                "secret" => settings with { Secret = Secret },
                "short" => settings with { Secret = "12345" },
                "role" => settings with { Role = "guest" },
                "seed" => settings with { Seeds = ["somewhere"] },
                "port" => settings with { Port = 65536 },
                "machines" => settings with { MaxHalves = 0 },
                _ => settings with { Host = "[::1]" },
            };
        }
        return settings;
    }

    internal static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=viommu", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        using var made = request.CreateSelfSigned(now.AddMinutes(-5), now.AddDays(1));
        // By way of a file's form, as a node gets it.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
