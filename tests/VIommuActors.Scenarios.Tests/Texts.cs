using CsCheck;

namespace VIommuActors.Scenarios.Tests;

/// <summary>Generators of HOCON text.</summary>
internal static class Texts
{
    private static readonly Gen<string> Number = Gen.Long[-1_000_000, 1_000_000].Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static readonly Gen<string> Scalar = Gen.OneOf(
        Number,
        Gen.Select(Gen.Int[0, 9], Gen.Int[1, 99]).Select((a, b) => $"{a}/{b}"),
        Gen.OneOf("true", "false", "null", "drain", "dma-engine", "two words", "0.5", "15us"),
        Gen.OneOf("\"\"", "\"a, b\"", "\"x = { [ } ] #\"", "\"tab\\tand \\\"quote\\\"\"", "\"//\"", "\"\\u0041\"", "\"../traces/x.gz\""));

    private static readonly Gen<string> Separator = Gen.OneOf("\n", ",\n", " # why = { not\n", "\n\n  // and more }\n", "\n ");

    /// <summary>Members of a root object. No comma follows a closing brace: Akka's parser refuses that, ours does not.</summary>
    public static Gen<string> Object { get; } = Members(3);

    // Keys carry their number, so that none is stated twice.
    private static Gen<string> Members(int depth) => Gen.Select(Gen.OneOf("key", "a-key", "outer.inner"), Value(depth), Separator,
            Gen.OneOf(" = ", "=", " : ")).Array[0, 4]
        .Select(members => string.Concat(members.Select((m, i) =>
        {
            var (key, (value, isObject), separator, assign) = m;
            return $"{key}{i}{(isObject && assign == "=" ? " " : assign)}{value}{(isObject ? separator.TrimStart(',') : separator)}";
        })));

    private static Gen<(string Text, bool IsObject)> Value(int depth)
    {
        var scalar = Scalar.Select(s => (s, false));
        if (depth == 0)
        {
            return scalar;
        }
        var inner = Members(depth - 1).Select(m => ($"{{ {m} }}", true));
        var list = Value(depth - 1).Select(v => v.Text).Array[1, 3].Select(items => ($"[ {string.Join(", ", items)} ]", false));
        return Gen.Frequency((4, scalar), (2, inner), (1, list));
    }
}
