using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using VIommuActors.Cli.Reporting;
using VIommuActors.Cli.Verbs;
using VIommuActors.Scenarios;
using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Cli.Input;

/// <summary>Turns what the parser did not understand into errors of the same form as all others.</summary>
internal static class ParseErrors
{
    /// <summary>None when the command line can be carried out.</summary>
    public static ImmutableArray<ScenarioError> Of(ParseResult parse)
    {
        if (parse.Action is { ClearsParseErrors: true })
        {
            // Help and version are given to whoever asks, however wrong the rest is.
            return [];
        }
        var command = parse.CommandResult.Command;
        if (command is Verb { TakesWordsAsTheyAre: true }) return [];
        var unknown = parse.UnmatchedTokens.Select(word => Unknown(command, word)).ToList();
        // An argument may be optional: then the parser takes a misspelt option for it.
        unknown.AddRange(parse.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
            .Where(token => token.Value.StartsWith('-')).Select(token => Unknown(command, token.Value)));
        if (unknown.Count > 0)
        {
            // Behind a misspelt option its value is left over: that one needs no sentence of its own.
            var options = unknown.Where(error => error.Value.StartsWith('-')).ToArray();
            return [.. options.Length > 0 ? options : [.. unknown]];
        }
        return
        [
            .. parse.Errors.Select(error => error.SymbolResult is CommandResult && command.Subcommands.Count > 0
                ? ToolException.UsageError("", "", "a verb is missing", NamesOf(command))
                : ToolException.UsageError(KeyOf(error.SymbolResult), "", error.Message.TrimEnd('.'), "")),
        ];
    }

    private static ScenarioError Unknown(Command command, string word)
    {
        if (word.StartsWith('-'))
        {
            var options = OptionsOf(command).SelectMany(option => option.Aliases.Append(option.Name)).ToArray();
            return ToolException.UsageError(
                "", word, $"there is no option {word}{Nearest.Hint(word, options)}",
                string.Join(", ", options.Where(name => name.Length > 2)));
        }
        if (command.Subcommands.Count > 0)
        {
            var verbs = command.Subcommands.Select(verb => verb.Name).ToArray();
            return ToolException.UsageError("", word, $"there is no verb {word}{Nearest.Hint(word, verbs)}", NamesOf(command));
        }
        return ToolException.UsageError("", word, $"{word} is one word too many for {command.Name}", "");
    }

    private static IEnumerable<Option> OptionsOf(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => OptionsOf(parent).Where(option => option.Recursive)));

    private static string NamesOf(Command command) => string.Join(", ", command.Subcommands.Select(verb => verb.Name));

    private static string KeyOf(SymbolResult? result) => result switch
    {
        OptionResult option => option.Option.Name,
        ArgumentResult argument => argument.Argument.Name,
        _ => "",
    };
}
