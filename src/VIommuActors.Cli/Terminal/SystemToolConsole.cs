using System.Text;

namespace VIommuActors.Cli.Terminal;

/// <summary>The console of this process, in UTF-8 without a byte order mark whatever the locale says.</summary>
internal sealed class SystemToolConsole : IToolConsole
{
    public TextWriter Out { get; } = Writer(Console.OpenStandardOutput());

    public TextWriter Error { get; } = Writer(Console.OpenStandardError());

    public bool OutIsTerminal => !Console.IsOutputRedirected;

    public bool ErrorIsTerminal => !Console.IsErrorRedirected;

    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    private static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
}
