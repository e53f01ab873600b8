using System.Text.Json.Nodes;
using VIommuActors.Qtest.CommandLine;
using VIommuActors.Vtd;

namespace VIommuActors.Qtest.Qmp;

/// <summary>What a monitor's client can ask for once it has negotiated.</summary>
internal sealed class QmpCommands
{
    /// <summary>The only command before that.</summary>
    public const string Negotiation = "qmp_capabilities";

    private readonly MonitoredMachine _machine;
    private readonly SortedDictionary<string, Func<QmpArguments, JsonNode>> _commands;

    /// <summary>The commands of a machine.</summary>
    public QmpCommands(MonitoredMachine machine)
    {
        _machine = machine;
        _commands = new(StringComparer.Ordinal)
        {
            ["query-version"] = Plain(() => Version(machine.Release)),
            ["query-commands"] = Plain(Commands),
            ["query-status"] = Plain(Status),
            ["query-machines"] = QueryMachines,
            ["query-kvm"] = Plain(() => new JsonObject { ["enabled"] = false, ["present"] = false }),
            ["qom-list-types"] = ListTypes,
            ["device-list-properties"] = ListProperties,
            ["stop"] = Plain(machine.Stop),
            ["cont"] = Plain(machine.Continue),
            ["system_reset"] = Plain(machine.Reset),
            ["quit"] = Plain(machine.Quit),
        };
    }

    /// <summary>The version as greeting and <c>query-version</c> show it.</summary>
    public static JsonObject Version(QemuRelease release)
    {
        var names = ReleaseNames.Of(release);
        return new JsonObject
        {
            ["qemu"] = new JsonObject { ["micro"] = names.Micro, ["minor"] = names.Minor, ["major"] = names.Major },
            ["package"] = ReleaseNames.Package,
        };
    }

    /// <summary>A command by its name.</summary>
    /// <exception cref="QmpException">There is none.</exception>
    public Func<QmpArguments, JsonNode> Find(string name) => _commands.TryGetValue(name, out var command)
        ? command
        : throw new QmpException($"The command {name} has not been found", QmpException.CommandNotFound);

    private static Func<QmpArguments, JsonNode> Plain(Func<JsonNode> command) => arguments =>
    {
        arguments.ExpectNoMore();
        return command();
    };

    private static Func<QmpArguments, JsonNode> Plain(Action command) => Plain(() =>
    {
        command();
        return new JsonObject();
    });

    private JsonArray Commands() =>
        [.. _commands.Keys.Append(Negotiation).Select(name => new JsonObject { ["name"] = name })];

    private JsonObject Status()
    {
        var status = new JsonObject { ["status"] = _machine.Status };
        if (_machine.Release == QemuRelease.Qemu7) status["singlestep"] = false;
        status["running"] = _machine.Status == "running";
        return status;
    }

    private JsonArray QueryMachines(QmpArguments arguments)
    {
        // Later releases have one argument more; it widens each entry and may be left out.
        if (_machine.Release != QemuRelease.Qemu7) arguments.Flag("compat-props");
        arguments.ExpectNoMore();
        var names = ReleaseNames.Of(_machine.Release);
        return
        [
            new JsonObject
            {
                ["hotpluggable-cpus"] = true,
                ["name"] = names.Machine,
                ["numa-mem-supported"] = false,
                ["default-cpu-type"] = "qemu64-x86_64-cpu",
                ["cpu-max"] = names.MaxCpus,
                ["deprecated"] = false,
                ["default-ram-id"] = "pc.ram",
                ["alias"] = "q35",
            },
            new JsonObject
            {
                ["hotpluggable-cpus"] = false,
                ["name"] = "none",
                ["numa-mem-supported"] = false,
                ["cpu-max"] = 1,
                ["deprecated"] = false,
                ["default-ram-id"] = "ram",
            },
        ];
    }

    private JsonArray ListTypes(QmpArguments arguments)
    {
        var implements = arguments.Text("implements") ?? "object";
        var withAbstract = arguments.Flag("abstract") ?? false;
        arguments.ExpectNoMore();
        return [.. ObjectTypes.Implementing(_machine.Release, implements).Where(type => withAbstract || !type.IsAbstract).Select(Describe)];
    }

    private static JsonObject Describe(ObjectType type)
    {
        var described = new JsonObject();
        if (type.IsAbstract) described["abstract"] = true;
        described["name"] = type.Name;
        described["parent"] = type.Parent;
        return described;
    }

    private JsonArray ListProperties(QmpArguments arguments)
    {
        var name = arguments.Text("typename") ?? throw new QmpException("Parameter 'typename' is missing");
        arguments.ExpectNoMore();
        var type = ObjectTypes.Of(_machine.Release).FirstOrDefault(type => type.Name == name)
            ?? throw new QmpException($"Device '{name}' not found", QmpException.DeviceNotFound);
        if (type.IsAbstract || !ObjectTypes.Implementing(_machine.Release, "device").Contains(type))
        {
            throw new QmpException("Parameter 'typename' expects a non-abstract device type");
        }
        return [.. DeviceProperties.Of(name, _machine.Release).Select(property => new JsonObject
        {
            ["name"] = property.Name,
            ["type"] = property.TypeName,
        })];
    }
}
