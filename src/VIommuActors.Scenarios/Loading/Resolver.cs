using System.Globalization;
using VIommuActors.Scenarios.Hocon;
using VIommuActors.Scenarios.Schema;

namespace VIommuActors.Scenarios.Loading;

/// <summary>Walks the schema over what was written: reads every key, fills in defaults, reports what does not fit.</summary>
internal sealed class Resolver(ScenarioSchema schema, ErrorList errors)
{
    private readonly List<Resolved> _values = [];

    /// <summary>Every leaf of the schema, in its order, with the elements of a list after the list.</summary>
    public IReadOnlyList<Resolved> Resolve(HoconObject written)
    {
        Section("", schema.Root, written);
        return _values;
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private void Section(string path, SchemaSection section, HoconObject? written)
    {
        foreach (var member in written?.Members ?? [])
        {
            if (section.Find(member.Key) is null)
            {
                Unknown(path, section, member);
            }
        }
        foreach (var (key, node) in section.Children)
        {
            var (full, value) = (Join(path, key), written?.Find(key)?.Value);
            if (node is SchemaSection inner)
            {
                if (value is not null and not HoconObject)
                {
                    var accepted = $"a section {{ {string.Join(", ", inner.Keys)} }}";
                    errors.Add(value.At, full, value.Shown, $"expected {accepted}", accepted);
                }
                Section(full, inner, value as HoconObject);
            }
            else
            {
                Leaf(full, (SchemaLeaf)node, value, written);
            }
        }
    }

    private void Leaf(string key, SchemaLeaf leaf, HoconNode? value, HoconObject? parent)
    {
        if (value is null or HoconText { IsNull: true } && leaf.Presence != Presence.Defaulted)
        {
            if (leaf.Presence == Presence.Required)
            {
                errors.Add((value ?? parent ?? leaf.Default).At, key, "", $"is required: {leaf.Type.Accepted}", leaf.Type.Accepted);
            }
            _values.Add(new(key, null, "null", (value ?? leaf.Default).At, leaf, leaf.Presence == Presence.Required));
            return;
        }
        var (node, faulty) = (value ?? leaf.Default, false);
        var reading = leaf.Type.Read(node);
        if (reading.Problem is { } problem)
        {
            errors.Add(node.At, key, node.Shown, problem, leaf.Type.Accepted);
            faulty = true;
            node = leaf.Default;
            var isNull = node is HoconText { IsNull: true };
            reading = isNull ? new(null, "null", null) : leaf.Type.Read(node);
        }
        _values.Add(new(key, reading.Value, reading.Text, node.At, leaf, faulty));
        if (leaf.Type is ListType list)
        {
            Elements(key, list, (HoconList)node);
        }
    }

    private void Elements(string key, ListType list, HoconList written)
    {
        for (var i = 0; i < written.Items.Count; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{key}[{i}]");
            if (written.Items[i] is not HoconObject element)
            {
                var accepted = $"{{ {string.Join(", ", list.Element.Keys)} }}";
                errors.Add(written.Items[i].At, path, written.Items[i].Shown, $"expected {accepted}", accepted);
                element = new HoconObject(written.Items[i].At);
            }
            Section(path, list.Element, element);
        }
    }

    private void Unknown(string path, SchemaSection section, HoconMember member)
    {
        var near = Nearest.To(member.Key, [.. section.Keys]) ?? Elsewhere("", schema.Root, member.Key);
        var accepted = section.Children.IsEmpty ? "no keys at all" : string.Join(", ", section.Keys);
        var value = member.Value is HoconObject ? "" : member.Value.Shown;
        errors.Add(member.At, Join(path, member.Key), value,
            $"unknown key{(near is null ? "" : $" (did you mean {near}?)")}; accepted here: {accepted}", accepted);
    }

    // The right key in the wrong section: its full path, when there is just one such key.
    private static string? Elsewhere(string path, SchemaSection section, string key)
    {
        var found = Paths(path, section).Where(p => p.EndsWith("." + key, StringComparison.Ordinal)).Take(2).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    private static IEnumerable<string> Paths(string path, SchemaSection section) => section.Children.SelectMany(c =>
        (c.Value is SchemaSection inner ? Paths(Join(path, c.Key), inner) : []).Prepend(Join(path, c.Key)));
}
