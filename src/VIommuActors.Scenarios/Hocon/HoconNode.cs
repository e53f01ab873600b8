namespace VIommuActors.Scenarios.Hocon;

/// <summary>A value with its place in the text.</summary>
internal abstract class HoconNode(SourcePosition at)
{
    public SourcePosition At { get; } = at;

    /// <summary>The value as an error message shows it.</summary>
    public abstract string Shown { get; }
}

/// <summary>Anything that is neither object nor list. What it means is the schema's business.</summary>
internal sealed class HoconText(SourcePosition at, string text, bool quoted) : HoconNode(at)
{
    private const int MaxShown = 80;

    public string Text { get; } = text;

    public bool Quoted { get; } = quoted;

    public bool IsNull => !Quoted && Text == "null";

    public override string Shown => Quoted ? $"\"{Cut}\"" : Cut;

    private string Cut => Text.Length <= MaxShown ? Text : string.Concat(Text.AsSpan(0, MaxShown), "…");
}

/// <summary>A list, in the order written.</summary>
internal sealed class HoconList(SourcePosition at, IReadOnlyList<HoconNode> items) : HoconNode(at)
{
    public IReadOnlyList<HoconNode> Items { get; } = items;

    public override string Shown => Items.Count == 0 ? "[]" : "[ … ]";
}

/// <summary>A key with its value. <paramref name="Comment"/>: the comment lines directly above it, without their marks.</summary>
internal sealed record HoconMember(string Key, SourcePosition At, HoconNode Value, string Comment);

/// <summary>An object; members keep the order in which their keys first appeared.</summary>
internal sealed class HoconObject(SourcePosition at) : HoconNode(at)
{
    private readonly List<HoconMember> _members = [];
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

    public IReadOnlyList<HoconMember> Members => _members;

    public override string Shown => _members.Count == 0 ? "{}" : "{ … }";

    public HoconMember? Find(string key) => _index.TryGetValue(key, out var i) ? _members[i] : null;

    /// <summary>Adds or replaces a member; two objects under one key become one.</summary>
    /// <returns>Null, or the clash with a value of the same file: one file states a value once.</returns>
    public HoconClash? Put(HoconMember member)
    {
        if (!_index.TryGetValue(member.Key, out var i))
        {
            _index.Add(member.Key, _members.Count);
            _members.Add(member);
            return null;
        }
        var old = _members[i];
        if (old.Value is HoconObject into && member.Value is HoconObject from)
        {
            return into.PutAll(from) is { } clash ? clash with { Path = $"{member.Key}.{clash.Path}" } : null;
        }
        // The very same place twice is a file that was included along two ways; a later file overrides an earlier one.
        if (old.At.Source == member.At.Source && old.At != member.At)
        {
            return new HoconClash(member.Key, old, member);
        }
        _members[i] = member;
        return null;
    }

    /// <summary>Puts every member of <paramref name="other"/>; stops at the first clash and returns it.</summary>
    public HoconClash? PutAll(HoconObject other)
    {
        foreach (var member in other.Members)
        {
            if (Put(member) is { } clash)
            {
                return clash;
            }
        }
        return null;
    }
}

/// <summary>Two values for one key in one file; <paramref name="Path"/> is relative to the object that was put into.</summary>
internal sealed record HoconClash(string Path, HoconMember Old, HoconMember New);
