using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Cli.Terminal;

/// <summary>Sets up the log: readable on stderr, compact JSON lines in a file if one is asked for.</summary>
internal static class ToolLog
{
    /// <summary>Environment variable with the level to log from.</summary>
    public const string LevelVariable = "VIOMMU_LOG_LEVEL";

    private const string Line = "{Level:u3} {Message:lj}{NewLine}{Exception}";

    // A node's lines say whose they are; what does not apply is left out with its space.
    private const string NodeLine = "{Level:u3} [{Node}] {Message:lj}{NewLine}{Exception}",
        ActorLine = "{Level:u3} [{Node} {ActorPath}] {Message:lj}{NewLine}{Exception}",
        MachineLine = "{Level:u3} [{Node} vm {Vm} {ActorPath}] {Message:lj}{NewLine}{Exception}";

    /// <summary>Warnings, unless options or else the environment say otherwise.</summary>
    /// <exception cref="ToolException">The variable holds no level.</exception>
    public static LogEventLevel LevelOf(IToolConsole console, bool quiet, int verbosity)
    {
        var stated = console.Variable(LevelVariable);
        var level = LogEventLevel.Warning;
        if (!string.IsNullOrEmpty(stated) && (!Enum.TryParse(stated, ignoreCase: true, out level) || !Enum.IsDefined(level)))
        {
            var names = Enum.GetNames<LogEventLevel>();
            throw ToolException.Usage(LevelVariable, stated, $"not a log level{Nearest.Hint(stated, names)}", string.Join(", ", names));
        }
        return (quiet, verbosity) switch
        {
            (true, _) => LogEventLevel.Error,
            (_, 0) => level,
            (_, 1) => LogEventLevel.Information,
            _ => LogEventLevel.Debug,
        };
    }

    /// <summary>The logger; to be disposed before the file.</summary>
    public static Logger Create(IToolConsole console, LogEventLevel level, LogFile? file)
    {
        var setup = new LoggerConfiguration().MinimumLevel.Is(level)
            .WriteTo.Sink(new WriterSink(console.Error, new PlacedFormatter()));
        if (file is not null)
        {
            setup.WriteTo.Sink(new WriterSink(file.Writer, new CompactJsonFormatter()));
        }
        return setup.CreateLogger();
    }

    private sealed class PlacedFormatter : ITextFormatter
    {
        private readonly MessageTemplateTextFormatter _tool = Of(Line), _node = Of(NodeLine);
        private readonly MessageTemplateTextFormatter _actor = Of(ActorLine), _machine = Of(MachineLine);

        public void Format(LogEvent logEvent, TextWriter output)
        {
            var has = logEvent.Properties;
            var formatter = !has.ContainsKey("Node") ? _tool
                : !has.ContainsKey("ActorPath") ? _node
                : !has.ContainsKey("Vm") ? _actor : _machine;
            formatter.Format(logEvent, output);
        }

        private static MessageTemplateTextFormatter Of(string template) => new(template, CultureInfo.InvariantCulture);
    }

    private sealed class WriterSink(TextWriter writer, ITextFormatter formatter) : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
            lock (writer)
            {
                formatter.Format(logEvent, writer);
            }
        }
    }
}

/// <summary>The file of <c>--log-json</c>: it is opened before any work, so that a bad path is said at once.</summary>
internal sealed class LogFile : IDisposable
{
    /// <summary>Appends to the file.</summary>
    /// <exception cref="ToolException">It cannot be written.</exception>
    public LogFile(string path)
    {
        try
        {
            Writer = new StreamWriter(path, append: true) { AutoFlush = true };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ToolException.Usage("--log-json", path, e.Message, "a file that can be written");
        }
    }

    /// <summary>Writes to it.</summary>
    public StreamWriter Writer { get; }

    /// <inheritdoc/>
    public void Dispose() => Writer.Dispose();
}
