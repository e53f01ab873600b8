using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cluster.Hosting;
using VIommuActors.Cluster.Nodes;
using VIommuActors.Cluster.Telemetry;

namespace VIommuActors.Cli.Verbs;

/// <summary><c>viommu node</c>: this process is a node of a cluster until it is told to end.</summary>
internal sealed class NodeVerb : Verb
{
    private const string Schema = "viommu.node/1";
    private const long MostHocon = 1 << 20;

    private readonly ToolHost _host;
    private readonly Option<string> _role = new("--role")
    {
        Description = "What it is for: hypervisor, device-model or coordinator",
        HelpName = "ROLE",
        Required = true,
    };

    private readonly Option<string> _address = new("--host")
    {
        Description = "Address of the cluster's port, and what the others call this node",
        HelpName = "H",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private readonly Option<int> _port = new("--port") { Description = "Port of the cluster; 0 takes any that is free", HelpName = "N" };
    private readonly Option<string[]> _seeds = new("--seed")
    {
        Description = "A node to join, host:port; may be given again. Without one the node begins a cluster",
        HelpName = "NODE",
    };

    private readonly Option<string> _httpAddress = new("--http-host")
    {
        Description = "Address of the HTTP endpoint",
        HelpName = "H",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private readonly Option<int> _httpPort = new("--http-port")
    {
        Description = "Port of the HTTP endpoint; 0 takes any that is free",
        HelpName = "N",
    };

    private readonly Option<int> _machines = new("--max-machines")
    {
        Description = "Halves of machines that it hosts at the most",
        HelpName = "N",
        DefaultValueFactory = _ => NodeSettings.DefaultMaxHalves,
    };

    private readonly Option<bool> _admin = new("--admin") { Description = "Take the commands of viommu cluster leave, down and slow" };
    private readonly Option<bool> _faults = new("--fault-injection") { Description = "As --admin, and partition and heal" };
    private readonly Option<string?> _traces = new("--trace-folder")
    {
        Description = "Where halves of machines put their traces; without one, runs with traces are refused",
        HelpName = "DIR",
    };

    private readonly Option<string?> _hocon = new("--hocon")
    {
        Description = "Akka configuration that lies above the node's own",
        HelpName = "FILE",
    };

    private readonly Option<bool> _input = new("--ends-with-input")
    {
        Description = "Leave when standard input ends: a node that was started by another process ends with it",
    };

    private readonly Option<bool> _remote = new("--allow-remote") { Description = "Allow addresses that other hosts can reach" };
    private readonly TlsCertificate _certificate = new();

    /// <summary>Declares it.</summary>
    public NodeVerb(ToolHost host)
        : base(host, "node", "Be a node of a cluster until told to end; exit 3 when the others went on without it")
    {
        _host = host;
        Option[] options =
        [
            _role, _address, _port, _seeds, _httpAddress, _httpPort, _machines, _admin, _faults, _traces, _input, _hocon,
            _certificate.Option, _remote,
        ];
        foreach (var option in options) Add(option);
    }

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu node --role coordinator --port 5000 --http-port 5001 --admin",
        "viommu node --role hypervisor --seed 127.0.0.1:5000 --json",
        "viommu node --role device-model --seed 127.0.0.1:5000 --max-machines 1000 --fault-injection",
    ];

    /// <summary>What a command line asks for.</summary>
    /// <exception cref="ToolException">The file of <c>--hocon</c> cannot be read.</exception>
    /// <exception cref="NodeSettingsException">There is no such certificate.</exception>
    internal NodeSettings Settings(ParseResult parse) => new()
    {
        Role = parse.GetValue(_role)!,
        Host = parse.GetValue(_address)!,
        Port = parse.GetValue(_port),
        Seeds = [.. parse.GetValue(_seeds) ?? []],
        HttpHost = parse.GetValue(_httpAddress)!,
        HttpPort = parse.GetValue(_httpPort),
        MaxHalves = parse.GetValue(_machines),
        Admin = parse.GetValue(_admin),
        FaultInjection = parse.GetValue(_faults),
        TraceFolder = parse.GetValue(_traces),
        AllowRemote = parse.GetValue(_remote),
        Overrides = parse.GetValue(_hocon) is { } path ? Text(path) : "",
        Secret = _host.Console.Variable(VerbHelp.SecretVariable) ?? "",
        Certificate = _certificate.Load(parse, _host.Console),
        Telemetry = OtlpExport.Variables.Select(name => (Name: name, Value: _host.Console.Variable(name)))
            .Where(variable => !string.IsNullOrEmpty(variable.Value))
            .ToImmutableDictionary(variable => variable.Name, variable => variable.Value!),
    };

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        try
        {
            var settings = Settings(parse);
            using var certificate = settings.Certificate;
            return ServeAsync(settings, session, parse.GetValue(_input)).GetAwaiter().GetResult();
        }
        catch (NodeSettingsException refused)
        {
            throw ToolException.Usage(refused.Key, refused.Value, refused.Reason, refused.Accepted);
        }
    }

    private static async Task<ExitCode> ServeAsync(NodeSettings settings, ToolSession session, bool endsWithInput)
    {
        await using var host = await NodeHost.StartAsync(settings, session.Log, session.Cancel);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var interrupt = session.Cancel.Register(() => told.TrySetResult());
        if (endsWithInput) _ = Task.Run(() => EndWithInput(told));
        var first = await Task.WhenAny(told.Task, host.WhenEnded, host.WhenReady);
        if (first == host.WhenReady)
        {
            Ready(session, host);
            first = await Task.WhenAny(told.Task, host.WhenEnded);
        }
        if (first == told.Task)
        {
            await host.StopAsync();
            return ExitCode.Interrupted;
        }
        return await host.WhenEnded switch
        {
            NodeEnd.Left => ExitCode.AsExpected,
            NodeEnd.Downed => throw new ToolException(
                ExitCode.NotLive,
                [
                    new(
                        host.Node.Name, 0, 0, "", "",
                        "the cluster went on without this node: it was downed by hand, or was on the smaller side of a cut", ""),
                ]),
            _ => throw ToolException.Environment(host.Node.Name, $"no cluster was joined; seeds: {string.Join(", ", settings.Seeds)}"),
        };
    }

    private static void EndWithInput(TaskCompletionSource told)
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
            // Nothing is said there.
        }
        told.TrySetResult();
    }

    private static void Ready(ToolSession session, NodeHost host)
    {
        if (session.IsJson)
        {
            JsonDocuments.WriteLine(session.Out, Schema, writer =>
            {
                writer.WriteString("node", host.Node.Name);
                writer.WriteString("http", host.HttpAddress.AbsoluteUri.TrimEnd('/'));
                writer.WriteString("role", host.Node.Settings.Role);
                writer.WriteNumber("pid", Environment.ProcessId);
            });
            return;
        }
        session.Renderer.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{host.Node.Name} {host.Node.Settings.Role} is up; {host.HttpAddress.AbsoluteUri.TrimEnd('/')}; pid {Environment.ProcessId}"));
    }

    private static string Text(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MostHocon) throw ToolException.Usage("--hocon", path, "too large", "at most 1 MiB");
            var text = File.ReadAllText(path);
            _ = Akka.Configuration.ConfigurationFactory.ParseString(text);
            return text;
        }
        catch (Exception unreadable) when (unreadable is not ToolException)
        {
            throw ToolException.Usage("--hocon", path, unreadable.Message.Split('\n')[0].TrimEnd('.'), "a file of HOCON");
        }
    }
}
