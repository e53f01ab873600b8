using System.CommandLine;
using System.CommandLine.Help;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Verbs;

namespace VIommuActors.Cli;

/// <summary>The root of the command line: verbs, options that all of them share, help and version.</summary>
internal static class ToolCommand
{
    /// <summary>A fresh one; parsing leaves nothing behind in it.</summary>
    public static RootCommand Create(ToolHost host)
    {
        var root = new RootCommand(
            "Runs emulated IOMMUs whose devices live in another process, breaks them, and compares what safety costs.");
        root.Directives.Clear();
        foreach (var verb in VerbCatalog.All(host))
        {
            root.Add(verb);
        }
        foreach (var option in GlobalOptions.All)
        {
            root.Add(option);
        }
        foreach (var option in root.Options)
        {
            switch (option)
            {
                case HelpOption help:
                    help.Action = new VerbHelp((HelpAction)help.Action!);
                    break;
                case VersionOption version:
                    version.Action = new VersionAction();
                    break;
            }
        }
        return root;
    }

    private sealed class VersionAction : System.CommandLine.Invocation.SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(ToolVersion.Line);
            return (int)ExitCode.AsExpected;
        }
    }
}
