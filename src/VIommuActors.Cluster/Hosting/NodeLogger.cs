using System.Globalization;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using Serilog;
using Serilog.Events;
using LogEvent = Akka.Event.LogEvent;

namespace VIommuActors.Cluster.Hosting;

/// <summary>
/// Writes what Akka and its actors log to the node's log, properties intact: <c>Node</c>, <c>ActorPath</c>, and those of the message.
/// Akka makes it by name, see <see cref="Hocon"/>.
/// </summary>
internal sealed class NodeLogger : UntypedActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    /// <summary>Property with the actor that logs.</summary>
    public const string ActorPath = nameof(ActorPath);

    private readonly NodeLog? _log;

    /// <summary>For Akka.</summary>
    public NodeLogger()
    {
        var setup = Context.System.Settings.Setup.Get<NodeLog>();
        _log = setup.HasValue ? setup.Value : null;
    }

    /// <summary>Selects it, and nothing besides.</summary>
    public static string Hocon { get; } =
        $"""
        akka.loggers = ["{NameOf(typeof(NodeLogger))}"]
        akka.stdout-logger-class = "{NameOf(typeof(NoStdout))}"
        """;

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case LogEvent entry:
                Write(entry);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>The path without the system's address: <c>/user/node</c>.</summary>
    internal static string PathOf(string source)
    {
        var scheme = source.IndexOf("akka", StringComparison.Ordinal);
        var system = scheme < 0 ? -1 : source.IndexOf("://", scheme, StringComparison.Ordinal);
        var slash = system < 0 ? -1 : source.IndexOf('/', system + 3);
        if (slash < 0) return source;
        var end = source.IndexOfAny(['#', ')', ']'], slash);
        return end < 0 ? source[slash..] : source[slash..end];
    }

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";

    /// <summary>The machine that an actor belongs to: the entity below its shard; null for actors that belong to none.</summary>
    internal static int? VmOf(string path) =>
        path.Split('/') is ["", "system", "sharding", _, _, var entity, ..]
        && int.TryParse(entity, NumberStyles.None, CultureInfo.InvariantCulture, out var vm) ? vm : null;

    private static LogEventLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.DebugLevel => LogEventLevel.Debug,
        LogLevel.InfoLevel => LogEventLevel.Information,
        LogLevel.WarningLevel => LogEventLevel.Warning,
        _ => LogEventLevel.Error,
    };

    private void Write(LogEvent entry)
    {
        var level = LevelOf(entry.LogLevel());
        if (_log?.Log is not { } target || !target.IsEnabled(level)) return;
        var path = PathOf(entry.LogSource);
        var log = target.ForContext(ActorPath, path).ForContext("SourceContext", entry.LogClass.FullName);
        if (VmOf(path) is { } vm) log = log.ForContext("Vm", vm);
        if (entry.Message is LogMessage message) log.Write(level, entry.Cause, message.Format, [.. message.Parameters()]);
        else log.Write(level, entry.Cause, "{Text:l}", entry.Message?.ToString());
    }
}
