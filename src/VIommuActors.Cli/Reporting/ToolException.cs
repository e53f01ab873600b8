using System.Collections.Immutable;
using VIommuActors.Scenarios;

namespace VIommuActors.Cli.Reporting;

/// <summary>The tool cannot do what was asked, for a reason that the user can act on.</summary>
internal sealed class ToolException(ExitCode code, ImmutableArray<ScenarioError> errors) : Exception(string.Join('\n', errors))
{
    /// <summary>What the process returns.</summary>
    public ExitCode Code { get; } = code;

    /// <summary>At least one.</summary>
    public ImmutableArray<ScenarioError> Errors { get; } = errors;

    /// <summary>A mistake on the command line.</summary>
    /// <param name="key">The option or argument; may be empty.</param>
    /// <param name="value">What was given; may be empty.</param>
    /// <param name="message">What is wrong with it.</param>
    /// <param name="accepted">What would be accepted; may be empty.</param>
    public static ToolException Usage(string key, string value, string message, string accepted) =>
        new(ExitCode.Usage, [UsageError(key, value, message, accepted)]);

    /// <summary>As <see cref="Usage"/>, not yet thrown.</summary>
    public static ScenarioError UsageError(string key, string value, string message, string accepted) =>
        new(
            "viommu", 0, 0, key, Printable(value), Printable(accepted.Length == 0 ? message : $"{message}; accepted: {accepted}"),
            accepted);

    /// <summary>The environment does not let the tool do its work.</summary>
    public static ToolException Environment(string path, string message) =>
        new(ExitCode.Environment, [new(Printable(path), 0, 0, "", "", message, "")]);

    // Arguments come from outside: no escape sequence of theirs may reach a terminal.
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
