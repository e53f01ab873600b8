using System.CommandLine;
using Serilog;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Rendering;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Terminal;

namespace VIommuActors.Cli;

/// <summary>One invocation of a verb: what the options that all verbs share ask for, made ready to use.</summary>
internal sealed class ToolSession : IDisposable
{
    private readonly LogFile? _logFile;
    private readonly Serilog.Core.Logger _log;

    /// <summary>Reads the options and the environment.</summary>
    /// <exception cref="ToolException">The log level is none, or the log file cannot be written.</exception>
    public ToolSession(ToolHost host, ParseResult parse)
    {
        Host = host;
        IsJson = parse.GetValue(GlobalOptions.Json);
        IsQuiet = parse.GetValue(GlobalOptions.Quiet);
        HasColor = !parse.GetValue(GlobalOptions.NoColor) && string.IsNullOrEmpty(host.Console.Variable("NO_COLOR"))
            && host.Console.Variable("TERM") != "dumb";
        Renderer = HasColor && host.Console.OutIsTerminal ? new TerminalRenderer(host.Console.Out) : new PlainRenderer(host.Console.Out);
        var path = parse.GetValue(GlobalOptions.LogJson);
        _logFile = path is null ? null : new LogFile(path);
        var verbosity = parse.GetResult(GlobalOptions.Verbose)?.IdentifierTokenCount ?? 0;
        _log = ToolLog.Create(host.Console, ToolLog.LevelOf(host.Console, IsQuiet, verbosity), _logFile);
    }

    /// <summary>What the tool was started with.</summary>
    public ToolHost Host { get; }

    /// <summary>True when stdout is for a program.</summary>
    public bool IsJson { get; }

    /// <summary>True when only the verdict is wanted.</summary>
    public bool IsQuiet { get; }

    /// <summary>Shows text results; not to be used when <see cref="IsJson"/>.</summary>
    public IRenderer Renderer { get; }

    /// <summary>For people: no program reads it.</summary>
    public ILogger Log => _log;

    /// <summary>Where results go.</summary>
    public TextWriter Out => Host.Console.Out;

    /// <summary>Fires when the user interrupts.</summary>
    public CancellationToken Cancel => Host.Cancel;

    private bool HasColor { get; }

    /// <summary>A view for long work. Without colours it is lines, not nothing.</summary>
    public IProgressView Progress() => IsQuiet ? new NoProgress()
        : HasColor && Host.Console.ErrorIsTerminal ? new TerminalProgress(Host.Console.Error)
        : new PlainProgress(Host.Console.Error, Host.Clock);

    /// <inheritdoc/>
    public void Dispose()
    {
        _log.Dispose();
        _logFile?.Dispose();
    }
}
