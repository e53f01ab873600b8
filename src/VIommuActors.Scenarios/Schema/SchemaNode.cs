using System.Collections.Immutable;
using VIommuActors.Scenarios.Hocon;

namespace VIommuActors.Scenarios.Schema;

/// <summary>What may stand under a key, from reference.conf.</summary>
/// <param name="Doc">The comment above the key, without its bracket.</param>
internal abstract record SchemaNode(string Doc);

/// <summary>A section with its keys in the order of reference.conf.</summary>
internal sealed record SchemaSection(ImmutableArray<KeyValuePair<string, SchemaNode>> Children, string Doc) : SchemaNode(Doc)
{
    public IEnumerable<string> Keys => Children.Select(c => c.Key);

    public SchemaNode? Find(string key) => Children.FirstOrDefault(c => c.Key == key).Value;

    /// <summary>The node at a dotted path.</summary>
    public SchemaNode? FindPath(string path)
    {
        SchemaNode? node = this;
        foreach (var key in path.Split('.'))
        {
            node = (node as SchemaSection)?.Find(key);
        }
        return node;
    }
}

/// <summary>How a key behaves when it is not stated.</summary>
internal enum Presence
{
    /// <summary>It has its default.</summary>
    Defaulted,

    /// <summary>It stays not stated; so does null.</summary>
    Optional,

    /// <summary>That is an error.</summary>
    Required,
}

/// <summary>A key with a value.</summary>
internal sealed record SchemaLeaf(KeyType Type, Presence Presence, HoconNode Default, string Doc) : SchemaNode(Doc);
