using System.CommandLine;

namespace VIommuActors.Cli.Input;

/// <summary>Options that every verb takes.</summary>
internal static class GlobalOptions
{
    /// <summary>One document instead of text.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document", Recursive = true };

    /// <summary>Less text.</summary>
    public static Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Print the verdict only", Recursive = true };

    /// <summary>More log, twice for even more.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "Log more to stderr; twice for more still",
        Recursive = true,
        Arity = ArgumentArity.Zero,
    };

    /// <summary>Text only.</summary>
    public static Option<bool> NoColor { get; } =
        new("--no-color") { Description = "No colours and no escape sequences", Recursive = true };

    /// <summary>Log for programs.</summary>
    public static Option<string?> LogJson { get; } = new("--log-json")
    {
        Description = "Also write the log as compact JSON lines into a file",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>All of them, in the order of the help.</summary>
    public static IEnumerable<Option> All => [Json, Quiet, Verbose, NoColor, LogJson];
}
