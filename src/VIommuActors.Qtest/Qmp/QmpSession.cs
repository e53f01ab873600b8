using System.Text;
using System.Text.Json.Nodes;
using VIommuActors.Qtest.Protocol;

namespace VIommuActors.Qtest.Qmp;

/// <summary>QEMU's monitor protocol for one client: a greeting, negotiation, then one reply to each request, with its <c>id</c>; events in between.</summary>
/// <remarks>Requests need no line ends. Replies end with CR LF, as QEMU's do.</remarks>
public sealed class QmpSession : IProtocolSession
{
    private readonly MonitoredMachine _machine;
    private readonly ReplySink _sink;
    private readonly QmpCommands _commands;
    private readonly JsonMessages _messages;
    private readonly StringBuilder _text = new();
    private bool _negotiated, _outOfBand;

    /// <summary>A client has come: it is greeted.</summary>
    public QmpSession(MonitoredMachine machine, ReplySink sink)
    {
        (_machine, _sink) = (machine, sink);
        _commands = new QmpCommands(machine);
        _messages = new JsonMessages(Handle, error => Send(ErrorReply(error)));
        _machine.Happened += OnEvent;
        Send(new JsonObject
        {
            ["QMP"] = new JsonObject { ["version"] = QmpCommands.Version(machine.Release), ["capabilities"] = new JsonArray("oob") },
        });
    }

    /// <inheritdoc/>
    public void Feed(ReadOnlySpan<byte> bytes) => _messages.Feed(bytes);

    /// <summary>Events are sent at once: there is nothing to hand on.</summary>
    public void Flush()
    {
    }

    /// <summary>The client is gone.</summary>
    public void Dispose() => _machine.Happened -= OnEvent;

    private void OnEvent(JsonObject told)
    {
        if (_negotiated) Send(told);
    }

    private void Handle(JsonNode? message)
    {
        var request = message as JsonObject;
        JsonNode? id = null;
        var hasId = request?.TryGetPropertyValue("id", out id) == true;
        JsonObject reply;
        try
        {
            reply = new JsonObject { ["return"] = Execute(request ?? throw new QmpException("QMP input must be a JSON object")) };
        }
        catch (QmpException e)
        {
            reply = ErrorReply(e);
        }
        if (hasId) reply["id"] = id?.DeepClone();
        Send(reply);
    }

    private JsonNode Execute(JsonObject request)
    {
        string? name = null;
        JsonObject? arguments = null;
        var outOfBand = false;
        foreach (var (member, value) in request)
        {
            switch (member)
            {
                case "execute":
                case "exec-oob" when _outOfBand:
                    if (name is not null) throw new QmpException("QMP input members 'execute' and 'exec-oob' clash");
                    name = value is JsonValue word && word.TryGetValue<string>(out var text) ? text
                        : throw new QmpException($"QMP input member '{member}' must be a string");
                    outOfBand = member == "exec-oob";
                    break;
                case "arguments":
                    arguments = value as JsonObject ?? throw new QmpException("QMP input member 'arguments' must be an object");
                    break;
                case "id":
                    break;
                default:
                    throw new QmpException($"QMP input member '{member}' is unexpected");
            }
        }
        if (name is null) throw new QmpException("QMP input lacks member 'execute'");
        var given = new QmpArguments(arguments ?? []);
        if (name == QmpCommands.Negotiation) return Negotiate(given);
        if (!_negotiated)
        {
            throw new QmpException($"Expecting capabilities negotiation with '{QmpCommands.Negotiation}'", QmpException.CommandNotFound);
        }
        var command = _commands.Find(name);
        if (outOfBand) throw new QmpException($"The command {name} does not support OOB");
        return command(given);
    }

    private JsonObject Negotiate(QmpArguments arguments)
    {
        if (_negotiated)
        {
            throw new QmpException("Capabilities negotiation is already complete, command ignored", QmpException.CommandNotFound);
        }
        var enable = arguments.Texts("enable");
        arguments.ExpectNoMore();
        foreach (var capability in enable)
        {
            // The name of the parameter is lost in QEMU's generated code, which prints a null.
            if (capability != "oob") throw new QmpException($"Parameter 'null' does not accept value '{capability}'");
        }
        _outOfBand = enable.Length > 0;
        _negotiated = true;
        return [];
    }

    private static JsonObject ErrorReply(QmpException error) =>
        new() { ["error"] = new JsonObject { ["class"] = error.Class, ["desc"] = error.Message } };

    private void Send(JsonObject value)
    {
        JsonText.Append(_text.Clear(), value);
        _sink(Encoding.ASCII.GetBytes(_text.Append("\r\n").ToString()));
        if (_text.Capacity > 1 << 16) _text.Capacity = 1 << 12;
    }
}
