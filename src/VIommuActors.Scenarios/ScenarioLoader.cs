using System.Collections.Immutable;
using VIommuActors.Scenarios.Hocon;
using VIommuActors.Scenarios.Loading;
using VIommuActors.Scenarios.Model;
using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Scenarios;

/// <summary>Loads scenarios strictly: what is not understood is an error with its place, never a silent default.</summary>
public static class ScenarioLoader
{
    /// <summary>Names of the scenarios that come with the tool, in ordinal order.</summary>
    public static ImmutableArray<string> Names => EmbeddedFiles.ScenarioNames;

    /// <summary>reference.conf: every key with its default, unit and meaning.</summary>
    public static string ReferenceText => EmbeddedFiles.ReferenceText;

    /// <summary>The text of a scenario that comes with the tool.</summary>
    /// <exception cref="ScenarioException">There is none of that name.</exception>
    public static string TextOf(string name) => EmbeddedFiles.ScenarioText(name) ?? throw NoSuchName(name);

    /// <summary>Loads a scenario and checks all of it.</summary>
    /// <param name="nameOrPath">A name of <see cref="Names"/>, or the path of a file anywhere.</param>
    /// <param name="sets"><c>key=value</c> each, later ones on top; the key with or without <c>viommu.scenario.</c> in front.</param>
    /// <param name="messageNames">Message kinds that fault rules may name; null: not checked.</param>
    /// <param name="partyNames">Parties that fault rules may name; null: not checked.</param>
    /// <exception cref="ScenarioException">Everything that is wrong, as far as it can be told at once.</exception>
    public static Scenario Load(
        string nameOrPath, IReadOnlyList<string> sets,
        IReadOnlyCollection<string>? messageNames = null, IReadOnlyCollection<string>? partyNames = null) =>
        Resolve(nameOrPath, sets, messageNames, partyNames).Scenario;

    /// <summary>As <see cref="Load"/>, keeping where each value came from.</summary>
    /// <exception cref="ScenarioException">As for <see cref="Load"/>.</exception>
    public static LoadedScenario Resolve(
        string nameOrPath, IReadOnlyList<string> sets,
        IReadOnlyCollection<string>? messageNames = null, IReadOnlyCollection<string>? partyNames = null)
    {
        var isName = Names.Contains(nameOrPath);
        if (!isName && !LooksLikePath(nameOrPath))
        {
            throw NoSuchName(nameOrPath);
        }
        var file = new FileSet();
        var written = isName ? file.ReadEmbedded(nameOrPath) : file.ReadFile(nameOrPath);
        var source = isName ? EmbeddedFiles.ScenarioPath(nameOrPath) : nameOrPath;
        return Resolve(written, source, sets, messageNames, partyNames);
    }

    /// <summary>As <see cref="Resolve(string, IReadOnlyList{string}, IReadOnlyCollection{string}?, IReadOnlyCollection{string}?)"/>, of a
    /// text that came from elsewhere: it includes embedded files at the most.</summary>
    /// <param name="text">The scenario.</param>
    /// <param name="source">What errors call it.</param>
    /// <param name="sets"><c>key=value</c> each.</param>
    /// <param name="messageNames">Message kinds that fault rules may name; null: not checked.</param>
    /// <param name="partyNames">Parties that fault rules may name; null: not checked.</param>
    /// <exception cref="ScenarioException">Everything that is wrong, as far as it can be told at once.</exception>
    public static LoadedScenario ResolveText(
        string text, string source, IReadOnlyList<string> sets,
        IReadOnlyCollection<string>? messageNames = null, IReadOnlyCollection<string>? partyNames = null) =>
        Resolve(new FileSet().ReadText(source, text), source, sets, messageNames, partyNames);

    private static LoadedScenario Resolve(
        HoconObject written, string source, IReadOnlyList<string> sets,
        IReadOnlyCollection<string>? messageNames, IReadOnlyCollection<string>? partyNames)
    {
        var (schema, errors) = (ScenarioSchema.Current, new ErrorList());
        if (written.Members.Count == 0)
        {
            var message = $"the file states nothing; a scenario stands in {ScenarioSchema.Prefix} {{ }}";
            errors.Add(new(new(source, null), 0, 0), "", "", message, "");
        }
        foreach (var set in sets)
        {
            try
            {
                Overrides.Apply(written, set, schema);
            }
            catch (ScenarioException e)
            {
                errors.AddAll(e.Errors);
            }
        }
        var values = new Resolver(schema, errors).Resolve(written).Select(v => Named(v, source)).ToList();
        var binder = new ScenarioBinder(values);
        var scenario = binder.Bind();
        new ScenarioChecks(binder, errors, messageNames, partyNames).Check(scenario);
        errors.ThrowIfAny();
        return new(scenario, source, [.. values.Select(v => new ResolvedValue(v.Key, v.Text, v.Origin, v.Leaf.Doc))]);
    }

    /// <summary>An empty name is the file's.</summary>
    private static Resolved Named(Resolved value, string source)
    {
        if (value.Key != ScenarioSchema.Prefix + ".name" || value.Value is not "")
        {
            return value;
        }
        var stem = Path.GetFileNameWithoutExtension(source).TrimStart('.');
        var name = string.Concat(stem.Take(64).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
        return value with { Value = name, Text = HoconQuote.IfNeeded(name), At = new(new(source, null), 0, 0) };
    }

    private static bool LooksLikePath(string text) =>
        text.Contains('/', StringComparison.Ordinal) || text.Contains('\\', StringComparison.Ordinal)
        || text.EndsWith(".conf", StringComparison.Ordinal) || Path.Exists(text);

    private static ScenarioException NoSuchName(string name)
    {
        var accepted = $"a path, or one of {string.Join(", ", Names)}";
        var message = $"there is no scenario of that name{Nearest.Hint(name, Names)}; accepted: {accepted}";
        return ScenarioException.One(new SourcePosition(new(name, null), 0, 0).Error("", "", message, accepted));
    }
}
