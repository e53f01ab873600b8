using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using VIommuActors.Cli.Terminal;

namespace VIommuActors.Cli.Verbs;

/// <summary>Help as the parser library writes it, followed by what it cannot know: examples, exit codes, environment.</summary>
internal sealed class VerbHelp(HelpAction standard) : SynchronousCommandLineAction
{
    /// <summary>Environment variable with the folder that run folders are made in.</summary>
    public const string RunsVariable = "VIOMMU_RUNS_DIR";

    /// <summary>Environment variable with the secret of commands to nodes.</summary>
    public const string SecretVariable = "VIOMMU_SECRET";

    /// <summary>Environment variable with the password of a certificate's file.</summary>
    public const string PasswordVariable = "VIOMMU_TLS_PASSWORD";

    private static readonly (string Name, string Meaning)[] Variables =
    [
        (RunsVariable, "folder for the artefacts of runs; default: runs"),
        (ToolLog.LevelVariable, "Verbose, Debug, Information, Warning (default), Error or Fatal"),
        (SecretVariable, "what commands to nodes have to bring, 16 characters or more; default: none, on loopback only"),
        (PasswordVariable, "password of the file of --tls-certificate"),
        ("OTEL_EXPORTER_OTLP_…", "where nodes send their metrics; without an endpoint nothing is sent"),
        ("NO_COLOR, TERM=dumb", "no colours and no escape sequences"),
    ];

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        standard.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        output.WriteLine("Examples:");
        foreach (var example in ExamplesOf(command))
        {
            output.WriteLine($"  {example}");
        }
        output.WriteLine();
        output.WriteLine("Exit codes:");
        foreach (var (code, meaning) in ExitCodes.All)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(int)code,3}  {meaning}"));
        }
        output.WriteLine();
        output.WriteLine("Environment:");
        foreach (var (name, meaning) in Variables)
        {
            output.WriteLine($"  {name,-20} {meaning}");
        }
        return (int)ExitCode.AsExpected;
    }

    // A group of verbs shows the first example of each.
    private static IEnumerable<string> ExamplesOf(Command command) =>
        command is Verb verb ? verb.Examples : command.Subcommands.SelectMany(inner => ExamplesOf(inner).Take(1));
}
