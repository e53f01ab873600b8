using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using VIommuActors.Scenarios.Hocon;

namespace VIommuActors.Scenarios.Schema;

/// <summary>The keys of a scenario with their types and defaults, as reference.conf states them.</summary>
/// <remarks>A key, a choice or a whole protocol is added in reference.conf alone; nothing here names one.</remarks>
internal sealed partial class ScenarioSchema
{
    /// <summary>Everything a scenario states stands under this key.</summary>
    public const string Prefix = "viommu.scenario";

    private static readonly Lazy<ScenarioSchema> Embedded = new(() => new ScenarioSchema(EmbeddedFiles.ReferenceText));

    private readonly HoconObject _templates;
    private readonly ImmutableArray<string> _protocols;

    /// <summary>Reads the text of a reference.conf.</summary>
    /// <exception cref="InvalidOperationException">A key has no annotation, or one that means nothing.</exception>
    public ScenarioSchema(string referenceText)
    {
        var root = HoconReader.Read(Reference, referenceText, null);
        _templates = Object(root, "schema");
        var scenario = Object(Object(root, "viommu"), "scenario");
        _protocols = [.. Object(scenario, "protocols").Members.Select(m => m.Key)];
        Scenario = Section(scenario, Prefix, "");
        Root = Wrap("viommu", Wrap("scenario", Scenario));
    }

    /// <summary>The schema of the embedded reference.conf.</summary>
    public static ScenarioSchema Current => Embedded.Value;

    /// <summary>The source that every default comes from.</summary>
    public static SourceFile Reference { get; } = new("reference.conf", null);

    /// <summary>What may stand in a whole file.</summary>
    public SchemaSection Root { get; }

    /// <summary>What may stand under <see cref="Prefix"/>.</summary>
    public SchemaSection Scenario { get; }

    private static SchemaSection Wrap(string key, SchemaSection section) => new([new(key, section)], "");

    private static HoconObject Object(HoconObject parent, string key) =>
        parent.Find(key)?.Value as HoconObject ?? throw new InvalidOperationException($"reference.conf lacks the section {key}");

    private SchemaSection Section(HoconObject section, string path, string doc) => new(
        [.. section.Members.Select(m => new KeyValuePair<string, SchemaNode>(m.Key, Node(m, $"{path}.{m.Key}")))], doc);

    private SchemaNode Node(HoconMember member, string path)
    {
        var match = Annotation().Match(member.Comment);
        if (!match.Success)
        {
            return member.Value is HoconObject plain ? Section(plain, path, member.Comment)
                : throw new InvalidOperationException($"{member.At}: {path} has no [type] in the comment above it");
        }
        var doc = match.Groups["doc"].Value.ReplaceLineEndings(" ");
        if (match.Groups["type"].Value == "map")
        {
            var each = new SchemaLeaf(Type("enum", match.Groups["args"].Value["protocol to enum ".Length..], path),
                Presence.Optional, new HoconText(member.At, "null", quoted: false), doc);
            return new SchemaSection([.. _protocols.Select(p => new KeyValuePair<string, SchemaNode>(p, each))], doc);
        }
        var presence = match.Groups["presence"].Value switch
        {
            "optional" => Presence.Optional,
            "required" => Presence.Required,
            _ => Presence.Defaulted,
        };
        var leaf = new SchemaLeaf(Type(match.Groups["type"].Value, match.Groups["args"].Value, path), presence, member.Value, doc);
        return presence != Presence.Defaulted || leaf.Type.Read(leaf.Default).Problem is not { } problem ? leaf
            : throw new InvalidOperationException($"{member.At}: the default of {path}: {problem}");
    }

    private KeyType Type(string type, string args, string path)
    {
        switch (type)
        {
            case "bool": return new BoolType();
            case "file": return new FileType();
            case "target": return new TargetType();
            case "protocol": return new ChoiceType(_protocols);
            case "enum": return new ChoiceType([.. args.Split('|')]);
            case "int" when args.Contains('|', StringComparison.Ordinal):
                return new IntegerType(0, 0, [.. args.Split('|').Select(Number)], Nanoseconds: false);
        }
        var range = Range().Match(args);
        if (!range.Success)
        {
            throw new InvalidOperationException($"reference.conf: the type [{type} {args}] of {path} cannot be read");
        }
        var (min, max) = (Number(range.Groups["min"].Value), Number(range.Groups["max"].Value));
        var element = range.Groups["element"].Value;
        return type switch
        {
            "int" or "ns" => new IntegerType(min, max, [], type == "ns"),
            "ratio" => new RatioType(min, max),
            "text" or "name" => new TextType((int)min, (int)max, type == "name"),
            "list" => new ListType((int)min, (int)max, Section(Object(_templates, element), path, "")),
            _ => throw new InvalidOperationException($"reference.conf: unknown type {type} of {path}"),
        };
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^\[(?:(?<presence>optional|required) )?(?<type>[a-z]+)(?: (?<args>[^\]]*))?\]\s*(?<doc>.*)$", RegexOptions.Singleline)]
    private static partial Regex Annotation();

    [GeneratedRegex(@"^(?<min>[0-9]+)\.\.(?<max>[0-9]+)(?: of (?<element>[a-z-]+))?$")]
    private static partial Regex Range();
}
