using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using VIommuActors.Cli;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Terminal;
using VIommuActors.Cli.Verbs;
using VIommuActors.Cluster.Hosting;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Tests.Hosting;

namespace VIommuActors.Cluster.Tests.Deploy;

/// <summary>What the container and Kubernetes files say is what the node is: no engine is needed to see that.</summary>
public sealed partial class DeployTests : IDisposable
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private static readonly string Folder = Path.Combine(Root(), "src/VIommuActors.Cluster/deploy");
    private static readonly IReadOnlyList<Yaml> Documents = Yaml.Read(File.ReadAllText(Path.Combine(Folder, "kubernetes.yaml")));

    private readonly string _tls = Directory.CreateTempSubdirectory("viommu-tls-").FullName;

    public DeployTests()
    {
        using var certificate = SecurityTests.NewCertificate();
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(Path.Combine(_tls, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_tls, "tls.key"), key.ExportPkcs8PrivateKeyPem());
    }

    public static TheoryData<string> Roles => [.. NodeRole.All];

    public void Dispose() => Directory.Delete(_tls, recursive: true);

    [Fact]
    public void There_is_a_headless_service_and_a_set_for_every_role()
    {
        var service = Assert.Single(Documents, document => document["kind"].Text == "Service");
        Assert.Equal(("None", "true"), (service["spec.clusterIP"].Text, service["spec.publishNotReadyAddresses"].Text));
        Assert.Equal(
            NodeRole.All.Select(role => $"viommu-{role}").Order(StringComparer.Ordinal),
            Documents.Where(document => document["kind"].Text == "StatefulSet").Select(set => set["metadata.name"].Text)
                .Order(StringComparer.Ordinal));
        foreach (var role in NodeRole.All)
        {
            var set = Set(role);
            Assert.Equal(service["metadata.name"].Text, set["spec.serviceName"].Text);
            foreach (var label in new[] { "app.kubernetes.io/name", "app.kubernetes.io/component" })
                Assert.Equal(
                    set["spec.selector.matchLabels"].Key(label).Text, set["spec.template.metadata.labels"].Key(label).Text);
            Assert.Equal(
                service["spec.selector"].Key("app.kubernetes.io/name").Text,
                set["spec.template.metadata.labels"].Key("app.kubernetes.io/name").Text);
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void Its_arguments_are_ones_that_a_node_starts_with_and_its_ports_agree(string role)
    {
        var settings = Settings(role);
        NodeRules.Check(settings);
        Assert.Equal(role, settings.Role);
        Assert.Equal($"viommu-{role}-0.viommu.default.svc.cluster.local", settings.Host);
        Assert.Contains(settings.Seeds, seed => seed == $"{settings.Host}:{settings.Port}");
        Assert.NotNull(settings.Certificate);
        Assert.Equal((settings.Port, settings.HttpPort), (Port(role, "cluster"), Port(role, "http")));
        // All agree on the seeds, and on which is the first.
        var others = Settings(NodeRole.Coordinator);
        Assert.Equal(others.Seeds.AsEnumerable(), settings.Seeds.AsEnumerable());
        others.Certificate!.Dispose();
        settings.Certificate!.Dispose();
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void Its_probes_ask_for_paths_that_a_node_has_as_it_has_them(string role)
    {
        var settings = Settings(role);
        var scheme = NodeRules.IsLoopback(settings.HttpHost) ? "HTTP" : "HTTPS";
        foreach (var (probe, path) in new[]
        {
            ("startupProbe", "/health/live"), ("livenessProbe", "/health/live"), ("readinessProbe", "/health/ready"),
        })
        {
            var get = Container(role)[probe + ".httpGet"];
            Assert.Equal((path, "http", scheme), (get["path"].Text, get["port"].Text, get["scheme"].Text));
            Assert.Contains(NodeEndpoints.Paths, known => known == ("GET", path));
        }
        settings.Certificate!.Dispose();
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void It_has_time_to_leave_and_may_do_nothing_that_it_need_not(string role)
    {
        var pod = Set(role)["spec.template.spec"];
        var grace = int.Parse(pod["terminationGracePeriodSeconds"].Text, CultureInfo.InvariantCulture);
        Assert.True(grace > NodeHost.LongestStop.TotalSeconds + 5);
        Assert.Equal(("true", "false"), (pod["securityContext.runAsNonRoot"].Text, pod["automountServiceAccountToken"].Text));
        Assert.NotEqual("0", pod["securityContext.runAsUser"].Text);
        var container = Container(role);
        var security = container["securityContext"];
        Assert.Equal(
            ("true", "false", "ALL"),
            (security["readOnlyRootFilesystem"].Text, security["allowPrivilegeEscalation"].Text, security["capabilities.drop.0"].Text));
        Assert.All(
            new[] { "requests.cpu", "requests.memory", "limits.memory" },
            resource => Assert.NotEqual("", container["resources"][resource].Text));
        // What is written goes to /tmp, and the certificate and the secret come from secrets.
        Assert.Contains(container["volumeMounts"].Items, mount => mount["mountPath"].Text == "/tmp");
        Assert.Contains(container["env"].Items, variable =>
            variable["name"].Text == "VIOMMU_SECRET" && variable["valueFrom.secretKeyRef.name"].Text.Length > 0);
        Assert.Contains(pod["volumes"].Items, volume => volume["secret.secretName"].Text == "viommu-tls");
        Assert.DoesNotContain("--fault-injection", Arguments(role));
    }

    [Fact]
    public void The_image_runs_as_nobody_builds_in_stages_and_knows_its_health()
    {
        var lines = File.ReadAllText(Path.Combine(Folder, "Dockerfile")).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n');
        Assert.Equal(2, lines.Count(line => line.StartsWith("FROM ", StringComparison.Ordinal)));
        Assert.Equal("USER 1654:1654", Assert.Single(lines, line => line.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.Contains("org.opencontainers.image.revision", StringComparison.Ordinal));
        foreach (Match copied in Copied().Matches(string.Join('\n', lines)))
            foreach (var source in copied.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..^1])
                Assert.True(Path.Exists(Path.Combine(Root(), source)), source);

        var health = Words(Assert.Single(lines, line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal)));
        var start = Words(Assert.Single(lines, line => line.StartsWith("CMD ", StringComparison.Ordinal)));
        Assert.Equal("/app/viommu", health[0]);
        Assert.Empty(ParseErrors.Of(ToolCommand.Create(Host()).Parse(health[1..])));
        var settings = Parse(start);
        NodeRules.Check(settings);
        Assert.Contains(lines, line => line == $"EXPOSE {settings.Port} {settings.HttpPort}");
        Assert.Contains($"http://127.0.0.1:{settings.HttpPort}", health);
    }

    [GeneratedRegex("^COPY (?!--from)(.+)$", RegexOptions.Multiline)]
    private static partial Regex Copied();

    private static string[] Words(string instruction) =>
        [.. Regex.Matches(instruction[instruction.IndexOf('[', StringComparison.Ordinal)..], "\"([^\"]*)\"").Select(word => word.Groups[1].Value)];

    private static Yaml Set(string role) => Documents.Single(document => document["metadata.name"].Text == $"viommu-{role}");

    private static Yaml Container(string role) => Set(role)["spec.template.spec.containers.0"];

    private static string[] Arguments(string role) => [.. Container(role)["args"].Items.Select(word => word.Text)];

    private static int Port(string role, string name) => int.Parse(
        Container(role)["ports"].Items.Single(port => port["name"].Text == name)["containerPort"].Text, CultureInfo.InvariantCulture);

    private static ToolHost Host() => new(new NoConsole(), () => throw new InvalidOperationException(), TimeProvider.System, default);

    private static NodeSettings Parse(string[] words)
    {
        var host = Host();
        var parse = ToolCommand.Create(host).Parse(words);
        Assert.Empty(ParseErrors.Of(parse));
        return Assert.IsType<NodeVerb>(parse.CommandResult.Command).Settings(parse);
    }

    private NodeSettings Settings(string role) => Parse(
    [
        .. Arguments(role).Select(word => word
            .Replace("$(POD_NAME)", $"viommu-{role}-0", StringComparison.Ordinal)
            .Replace("$(POD_NAMESPACE)", "default", StringComparison.Ordinal)
            .Replace("/tls/", _tls + "/", StringComparison.Ordinal)),
    ]);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "VIommuActors.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside of the checkout.");
    }

    private sealed class NoConsole : IToolConsole
    {
        public TextWriter Out => TextWriter.Null;

        public TextWriter Error => TextWriter.Null;

        public bool OutIsTerminal => false;

        public bool ErrorIsTerminal => false;

        public string? Variable(string name) => name == VerbHelp.SecretVariable ? Secret : null;
    }
}
