using YamlDotNet.RepresentationModel;

namespace VIommuActors.Cluster.Tests.Deploy;

/// <summary>A YAML document, read by paths as people write them: <c>spec.template.spec.containers.0.image</c>.</summary>
internal sealed class Yaml(YamlNode node)
{
    /// <summary>The text; "" for what is not there or is no text.</summary>
    public string Text => node is YamlScalarNode scalar ? scalar.Value ?? "" : "";

    /// <summary>The entries of a list; none for what is not there.</summary>
    public IEnumerable<Yaml> Items => node is YamlSequenceNode list ? list.Select(item => new Yaml(item)) : [];

    public Yaml this[string path] => new(path.Split('.').Aggregate(node, Step));

    /// <summary>A key with dots in it.</summary>
    public Yaml Key(string key) => new(Step(node, key));

    /// <summary>The documents of a file.</summary>
    public static IReadOnlyList<Yaml> Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => new Yaml(document.RootNode))];
    }

    private static YamlNode Step(YamlNode at, string key) => at switch
    {
        YamlMappingNode map when map.Children.TryGetValue(new YamlScalarNode(key), out var value) => value,
        YamlSequenceNode list when int.TryParse(key, out var index) && index < list.Children.Count => list.Children[index],
        _ => new YamlScalarNode(null),
    };
}
