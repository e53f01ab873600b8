using VIommuActors.Scenarios.Hocon;
using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Scenarios.Loading;

/// <summary><c>--set key=value</c>: one value on top of everything a file says.</summary>
internal static class Overrides
{
    /// <summary>Applies one override to what was written so far.</summary>
    /// <param name="written">Changed in place.</param>
    /// <param name="set"><c>key=value</c>; the key with or without the leading <c>viommu.scenario.</c></param>
    /// <param name="schema">Tells which keys hold free text.</param>
    /// <exception cref="ScenarioException">It is not of that form. Whether key and value fit is the resolver's business.</exception>
    public static void Apply(HoconObject written, string set, ScenarioSchema schema)
    {
        // Paths in a value start from where the user stands.
        var source = new SourceFile($"--set {set}", Directory.GetCurrentDirectory(), HasLines: false);
        var at = new SourcePosition(source, 0, 0);
        var split = set.IndexOf('=', StringComparison.Ordinal);
        var key = split < 0 ? set : set[..split].Trim();
        var path = key.StartsWith(ScenarioSchema.Prefix + ".", StringComparison.Ordinal) ? key[(ScenarioSchema.Prefix.Length + 1)..] : key;
        var full = $"{ScenarioSchema.Prefix}.{path}";
        var keys = full.Split('.');
        if (split < 0 || keys.Length > HoconReader.MaxDepth || keys.Any(k => k.Length == 0))
        {
            throw ScenarioException.One(at.Error("", "", "expected key=value, such as topology.vcpus=4", "key=value"));
        }
        var value = Value(source, full, set[(split + 1)..].Trim(), schema.Scenario.FindPath(path));
        for (var i = keys.Length - 1; i > 0; i--)
        {
            var outer = new HoconObject(at);
            outer.Put(new(keys[i], at, value, ""));
            value = outer;
        }
        written.Put(new(keys[0], at, value, ""));
    }

    // A file name or a description needs no quotes here: the shell took one pair already.
    private static HoconNode Value(SourceFile source, string key, string text, SchemaNode? node) =>
        node is SchemaLeaf { Type: TextType or FileType or TargetType } && !text.StartsWith('"') && text != "null"
            ? new HoconText(new(source, 0, 0), text, quoted: true)
            : HoconReader.ReadOne(source, key, text);
}
