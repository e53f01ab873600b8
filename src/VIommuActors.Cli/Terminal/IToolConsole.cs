namespace VIommuActors.Cli.Terminal;

/// <summary>All that the tool sees of the terminal and the process it runs in, so that a test can be both.</summary>
public interface IToolConsole
{
    /// <summary>The result goes here and nothing else does.</summary>
    TextWriter Out { get; }

    /// <summary>Errors, progress and logs go here.</summary>
    TextWriter Error { get; }

    /// <summary>False when <see cref="Out"/> is a file or a pipe.</summary>
    bool OutIsTerminal { get; }

    /// <summary>False when <see cref="Error"/> is a file or a pipe.</summary>
    bool ErrorIsTerminal { get; }

    /// <summary>An environment variable; null or empty when it is not set.</summary>
    string? Variable(string name);
}
