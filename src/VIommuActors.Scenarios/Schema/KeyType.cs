using System.Collections.Immutable;
using System.Globalization;
using VIommuActors.Scenarios.Hocon;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Scenarios.Schema;

/// <summary>What a key accepts. One instance per annotated key of reference.conf.</summary>
internal abstract record KeyType
{
    /// <summary>The accepted values in words, fitting "expected …".</summary>
    public abstract string Accepted { get; }

    /// <summary>Reads a value; on failure <see cref="KeyReading.Problem"/> says why.</summary>
    public abstract KeyReading Read(HoconNode node);

    /// <summary>The failure that most values get.</summary>
    protected KeyReading Refuse(string because = "") => new(null, "", $"expected {Accepted}{because}");

    protected static KeyReading Take(object value, string text) => new(value, text, null);

    protected static string Plain(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A value read, or why it could not be. <paramref name="Text"/> is its normal form in HOCON.</summary>
internal readonly record struct KeyReading(object? Value, string Text, string? Problem);

/// <summary>An integer, as <see cref="long"/>. <paramref name="OneOf"/> wins over the range when it is not empty.</summary>
internal sealed record IntegerType(long Min, long Max, ImmutableArray<long> OneOf, bool Nanoseconds) : KeyType
{
    // Units people write after a time, in nanoseconds; used only to tell them what to write instead.
    private static readonly (string Suffix, decimal Ns)[] Units =
    [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("micros", 1_000), ("ms", 1_000_000), ("min", 60_000_000_000),
        ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ];

    public override string Accepted =>
        !OneOf.IsEmpty ? string.Join(" or ", OneOf.Select(v => Plain($"{v}")))
        : Nanoseconds ? Plain($"plain integer nanoseconds from {Min} to {Max}")
        : Plain($"an integer from {Min} to {Max}");

    public override KeyReading Read(HoconNode node)
    {
        if (node is not HoconText { Quoted: false } text)
        {
            return Refuse(node is HoconText ? ", without quotes" : "");
        }
        if (!long.TryParse(text.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return Refuse(Nanoseconds ? Advice(text.Text) : "");
        }
        var accepted = OneOf.IsEmpty ? value >= Min && value <= Max : OneOf.Contains(value);
        return accepted ? Take(value, Plain($"{value}")) : Refuse();
    }

    private static string Advice(string text)
    {
        foreach (var (suffix, ns) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite;
                var digits = text.AsSpan(0, text.Length - suffix.Length);
                var isNumber = decimal.TryParse(digits, Style, CultureInfo.InvariantCulture, out var number);
                return isNumber && number <= 1_000_000_000 && number * ns == decimal.Truncate(number * ns)
                    ? Plain($", without a unit: {decimal.Truncate(number * ns)}")
                    : ", without a unit";
            }
        }
        return text.Contains('.', StringComparison.Ordinal) ? ", without a fraction" : "";
    }
}

/// <summary>true or false, as <see cref="bool"/>.</summary>
internal sealed record BoolType : KeyType
{
    public override string Accepted => "true or false";

    public override KeyReading Read(HoconNode node) => node is HoconText { Quoted: false, Text: "true" or "false" } text
        ? Take(text.Text == "true", text.Text)
        : Refuse();
}

/// <summary>Two integers, as <see cref="Ratio"/>; bounds are whole numbers.</summary>
internal sealed record RatioType(long Min, long Max) : KeyType
{
    // Products of bound and denominator stay far from overflow.
    private const long MaxTerm = 1_000_000_000;

    public override string Accepted => Plain($"a ratio of two integers from {Min} to {Max}, such as 3/100");

    public override KeyReading Read(HoconNode node)
    {
        if (node is not HoconText text)
        {
            return Refuse();
        }
        var parts = text.Text.Split('/');
        long denominator = 1;
        if (parts.Length > 2 || !Term(parts[0], out var numerator) || (parts.Length == 2 && !Term(parts[1], out denominator)))
        {
            return Refuse(Advice(text.Text));
        }
        if (denominator == 0)
        {
            return Refuse("; the second integer cannot be 0");
        }
        var ratio = new Ratio(numerator, denominator);
        return numerator >= Min * denominator && numerator <= Max * denominator ? Take(ratio, ratio.ToString()) : Refuse();
    }

    private static bool Term(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= MaxTerm;

    private static string Advice(string text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value > 1000)
        {
            return "";
        }
        long denominator = 1;
        while (value != decimal.Truncate(value) && denominator < 1_000_000)
        {
            (value, denominator) = (value * 10, denominator * 10);
        }
        return value == decimal.Truncate(value) ? Plain($"; here {decimal.Truncate(value)}/{denominator}") : "";
    }
}

/// <summary>One of a few names, as <see cref="string"/>.</summary>
internal sealed record ChoiceType(ImmutableArray<string> Names) : KeyType
{
    public override string Accepted => "one of " + string.Join(", ", Names);

    public override KeyReading Read(HoconNode node)
    {
        if (node is not HoconText text)
        {
            return Refuse();
        }
        return Names.Contains(text.Text) ? Take(text.Text, text.Text)
            : Refuse(Nearest.To(text.Text, Names) is { } near ? $"; did you mean {near}?" : "");
    }
}

/// <summary>
/// Text up to a length, as <see cref="string"/>. <paramref name="IsName"/>: it ends up in folder names, so only harmless characters.
/// </summary>
internal sealed record TextType(int Min, int Max, bool IsName) : KeyType
{
    public override string Accepted => IsName
        ? Plain($"a name of {Min} to {Max} letters, digits, '-', '_' or '.', not starting with '.'")
        : Plain($"text of {Min} to {Max} characters on one line");

    public override KeyReading Read(HoconNode node)
    {
        if (node is not HoconText { IsNull: false } text || text.Text.Length < Min || text.Text.Length > Max)
        {
            return Refuse();
        }
        var sound = IsName
            ? !text.Text.StartsWith('.') && text.Text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            : HoconQuote.IsLine(text.Text);
        return sound ? Take(text.Text, HoconQuote.IfNeeded(text.Text)) : Refuse();
    }
}

/// <summary>A path or <c>embedded:NAME</c>, as the <see cref="string"/> that <see cref="ScenarioFiles.Open"/> takes.</summary>
internal sealed record FileType : KeyType
{
    public override string Accepted => "a file that exists, relative to the scenario, or one of "
        + string.Join(", ", EmbeddedFiles.TraceNames.Select(n => $"\"embedded:{n}\""));

    public override KeyReading Read(HoconNode node)
    {
        if (node is not HoconText { Text.Length: > 0 and < 4096 } text || !HoconQuote.IsLine(text.Text))
        {
            return Refuse();
        }
        if (ScenarioFiles.Resolve(text.Text, text.At.Source) is { } path)
        {
            return Take(path, HoconQuote.IfNeeded(path));
        }
        var isDirectory = text.At.Source.Directory is { } start && Directory.Exists(Path.GetFullPath(text.Text, start));
        return Refuse(isDirectory ? "; this is a directory" : "; there is no such file");
    }
}

/// <summary>Name of a message kind or a party, as <see cref="string"/>; which ones there are is checked with the whole rule.</summary>
internal sealed record TargetType : KeyType
{
    public override string Accepted => "the name of a message or a party";

    public override KeyReading Read(HoconNode node) =>
        node is HoconText { Text.Length: > 0 and <= 64 } text && HoconQuote.IsLine(text.Text) && !text.Text.Any(char.IsWhiteSpace)
            ? Take(text.Text, HoconQuote.IfNeeded(text.Text))
            : Refuse();
}

/// <summary>A list of objects with the keys of <paramref name="Element"/>; the resolver walks it.</summary>
internal sealed record ListType(int Min, int Max, SchemaSection Element) : KeyType
{
    /// <summary>Normal form of a list that is not empty; its elements have values of their own.</summary>
    public const string SomeElements = "[ … ]";

    public override string Accepted => Plain($"a list of {Min} to {Max} elements {{ {string.Join(", ", Element.Keys)} }}");

    public override KeyReading Read(HoconNode node) =>
        node is HoconList list && list.Items.Count >= Min && list.Items.Count <= Max
            ? Take(list.Items.Count, list.Items.Count == 0 ? "[]" : SomeElements)
            : Refuse();
}
