using System.Collections.Immutable;
using System.CommandLine;
using VIommuActors.Cli.Input;
using VIommuActors.Cli.Reporting;
using VIommuActors.Scenarios;

namespace VIommuActors.Cli.Verbs.Scenarios;

/// <summary><c>viommu scenario lint</c>: everything that is wrong with files, in the form that editors jump to.</summary>
internal sealed class ScenarioLintVerb : Verb
{
    private readonly Argument<string[]> _paths = new("PATH")
    {
        Description = "Scenario files, folders of them, or names",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Declares it.</summary>
    public ScenarioLintVerb(ToolHost host)
        : base(host, "lint", "Check scenario files and name everything that is wrong") => Add(_paths);

    /// <inheritdoc/>
    public override ImmutableArray<string> Examples { get; } =
    [
        "viommu scenario lint hocon/scenarios",
        "viommu scenario lint hocon/scenarios/storm.conf stale-dma",
        "viommu scenario lint stale-dma --json",
    ];

    /// <inheritdoc/>
    protected override ExitCode Run(ParseResult parse, ToolSession session)
    {
        var files = parse.GetValue(_paths)!.SelectMany(FilesOf).ToArray();
        var errors = files.SelectMany(ErrorsOf).ToImmutableArray();
        if (session.IsJson)
        {
            JsonDocuments.Write(session.Out, "viommu.lint/1", writer =>
            {
                writer.WriteNumber("files", files.Length);
                ErrorReport.WriteErrors(writer, errors);
            });
        }
        else
        {
            foreach (var error in errors)
            {
                session.Out.WriteLine(LineOf(error));
            }
            session.Log.Information("{Files} files, {Errors} errors", files.Length, errors.Length);
        }
        return errors.IsEmpty ? ExitCode.AsExpected : ExitCode.Usage;
    }

    private static IEnumerable<string> FilesOf(string path)
    {
        if (ScenarioLoader.Names.Contains(path) || !Directory.Exists(path))
        {
            return [path];
        }
        var found = Directory.GetFiles(path, "*.conf", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        return found.Length > 0
            ? found
            : throw ToolException.Usage("PATH", path, "there is no scenario in this folder", "a folder with *.conf files");
    }

    private static IReadOnlyList<ScenarioError> ErrorsOf(string path)
    {
        try
        {
            ScenarioInput.Load(path, []);
            return [];
        }
        catch (ScenarioException e)
        {
            return e.Errors;
        }
    }

    // file:line:column: key: message, without what is not known.
    private static string LineOf(ScenarioError error)
    {
        var place = error.Line > 0 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $":{error.Line}:{error.Column}") : "";
        var key = error.Key.Length > 0 ? $" {error.Key}:" : "";
        return $"{error.File}{place}:{key} {error.Message}";
    }
}
