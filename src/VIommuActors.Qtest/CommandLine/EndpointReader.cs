using System.Collections.Immutable;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>Reads where clients are: <c>-qtest</c>, <c>-qmp</c>, and <c>-chardev</c> with <c>-mon</c>.</summary>
internal sealed class EndpointReader(ICollection<string> warnings)
{
    // sun_path with its end.
    private const int MaxPath = 107;

    private static readonly HashSet<string> SocketKeys =
        ["id", "path", "server", "wait", "nodelay", "reconnect", "reconnect-ms", "logfile", "logappend", "mux", "abstract", "tight", "nowait"];

    private readonly SortedDictionary<string, Backend> _backends = new(StringComparer.Ordinal);
    private readonly List<OptionText> _monitors = [];
    private readonly List<Endpoint> _direct = [];
    private Endpoint? _qtest;

    /// <summary>Reads an option; one that is about something else is left alone.</summary>
    /// <exception cref="CommandLineException">What it says of an endpoint makes no sense.</exception>
    public void Read(string option, string argument)
    {
        switch (option)
        {
            case "-chardev":
                ReadBackend(OptionText.Parse(option, argument, "backend", warnings));
                break;
            case "-mon":
                _monitors.Add(CheckMonitor(OptionText.Parse(option, argument, "chardev", warnings)));
                break;
            case "-qmp" or "-qmp-pretty":
                if (Direct(option, argument, EndpointKind.Monitor) is { } monitor) _direct.Add(monitor);
                break;
            case "-qtest":
                _qtest = Direct(option, argument, EndpointKind.Qtest);
                break;
            case "-monitor" when argument is not ("none" or "null"):
                throw new CommandLineException($"{option} {argument}: monitors speak QMP here; use -qmp or -mon with mode=control");
        }
    }

    /// <summary>Monitors, then the test protocol.</summary>
    /// <exception cref="CommandLineException">A monitor without its chardev, or two of a kind on standard input.</exception>
    public ImmutableArray<Endpoint> Take()
    {
        var all = new List<Endpoint>();
        foreach (var monitor in _monitors)
        {
            var id = monitor["chardev"]!;
            if (!_backends.TryGetValue(id, out var backend)) throw monitor.Error($"chardev \"{id}\" not found");
            if (backend.Endpoint(EndpointKind.Monitor, backend.Text.ToString()) is { } endpoint) all.Add(endpoint);
        }
        all.AddRange(_direct);
        if (_qtest is not null) all.Add(_qtest);
        return all.Count(endpoint => endpoint.Transport == Transport.Stdio) <= 1
            ? [.. all]
            : throw new CommandLineException("cannot use stdio by multiple character devices");
    }

    private static OptionText CheckMonitor(OptionText monitor)
    {
        if (monitor.Pairs.FirstOrDefault(pair => pair.Key is not ("chardev" or "mode" or "pretty" or "id")) is { Key: { } unknown })
        {
            throw monitor.Error($"Invalid parameter '{unknown}'");
        }
        if (monitor["chardev"] is null) throw monitor.Error("Parameter 'chardev' is missing");
        return monitor["mode"] switch
        {
            "control" => monitor,
            null or "readline" => throw monitor.Error("monitors speak QMP here: mode=control"),
            var mode => throw monitor.Error($"Parameter 'mode' does not accept value '{mode}'"),
        };
    }

    private void ReadBackend(OptionText text)
    {
        var id = text["id"] ?? throw text.Error("chardev: no id specified");
        var kind = text["backend"];
        if (kind is not ("socket" or "stdio" or "null")) throw text.Error($"'{kind}' is not a valid char driver name");
        if (!_backends.TryAdd(id, Backend.Of(text, kind, text.Error))) throw text.Error($"Duplicate ID '{id}' for chardev");
    }

    private Endpoint? Direct(string option, string argument, EndpointKind kind)
    {
        // -qtest tells its errors in two lines, and not behind its name.
        CommandLineException Error(string what) => kind == EndpointKind.Qtest
            ? new($"{what}\nqemu-system-x86_64: Failed to initialize device for qtest: \"{argument}\"")
            : new($"{option} {argument}: {what}");

        if (argument is "none" or "null") return null;
        if (argument is "stdio") return new(kind, Transport.Stdio, "", false, option);
        if (argument.StartsWith("chardev:", StringComparison.Ordinal))
        {
            var id = argument["chardev:".Length..];
            return _backends.TryGetValue(id, out var backend) ? backend.Endpoint(kind, option) : throw Error($"chardev \"{id}\" not found");
        }
        if (!argument.StartsWith("unix:", StringComparison.Ordinal)) throw Error($"'{argument}' is not a valid char driver");
        var text = OptionText.Parse(option, argument["unix:".Length..], "path", []);
        return Backend.Of(text, "socket", Error).Endpoint(kind, $"{option} {argument}");
    }

    // A chardev: what becomes of it depends on who uses it.
    private sealed record Backend(OptionText Text, Transport? Transport, string Path, bool Waits)
    {
        public Endpoint? Endpoint(EndpointKind kind, string option) =>
            Transport is { } transport ? new(kind, transport, Path, Waits, option) : null;

        public static Backend Of(OptionText text, string kind, Func<string, CommandLineException> error)
        {
            if (kind != "socket") return new(text, kind == "stdio" ? CommandLine.Transport.Stdio : null, "", false);
            if (text.Pairs.FirstOrDefault(pair => pair.Key is not "backend" && !SocketKeys.Contains(pair.Key)) is { Key: { } unknown })
            {
                throw error($"Invalid parameter '{unknown}'");
            }
            var path = text["path"] is { Length: > 0 } given ? given : throw error("a Unix socket is needed: path");
            if (System.Text.Encoding.UTF8.GetByteCount(path) > MaxPath) throw error($"UNIX socket path '{path}' is too long");
            var listens = Flag("server", false);
            if (!listens && text["wait"] is not null) throw error("'wait' option is incompatible with socket in client connect mode");
            return listens
                ? new(text, CommandLine.Transport.Listen, path, Flag("wait", true))
                : new(text, CommandLine.Transport.Connect, path, false);

            bool Flag(string key, bool otherwise)
            {
                try
                {
                    return text.Flag(key, otherwise);
                }
                catch (CommandLineException)
                {
                    throw error($"Parameter '{key}' expects 'on' or 'off'");
                }
            }
        }
    }
}
