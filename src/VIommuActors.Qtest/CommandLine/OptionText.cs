using System.Collections.Immutable;
using System.Globalization;

namespace VIommuActors.Qtest.CommandLine;

/// <summary>One key and its value, in the order of the command line.</summary>
internal readonly record struct OptionPair(string Key, string Value);

/// <summary>An option with its argument, taken apart: <c>first,key=value,…</c> where two commas are one inside of a value.</summary>
internal sealed class OptionText
{
    private OptionText(string option, string argument, ImmutableArray<OptionPair> pairs) => (Option, Argument, Pairs) = (option, argument, pairs);

    /// <summary>The option with its dash.</summary>
    public string Option { get; }

    /// <summary>Its argument as written.</summary>
    public string Argument { get; }

    /// <summary>Keys and values.</summary>
    public ImmutableArray<OptionPair> Pairs { get; }

    /// <summary>Takes an argument apart.</summary>
    /// <param name="option">The option with its dash.</param>
    /// <param name="argument">Its argument.</param>
    /// <param name="firstKey">The key of a first word without one.</param>
    /// <param name="warnings">Hears of the old form of truth values, a key alone.</param>
    public static OptionText Parse(string option, string argument, string firstKey, ICollection<string> warnings)
    {
        var pairs = ImmutableArray.CreateBuilder<OptionPair>();
        for (var at = 0; at < argument.Length; at++)
        {
            var equals = argument.AsSpan(at).IndexOfAny('=', ',') is >= 0 and var offset && argument[at + offset] == '=' ? at + offset : -1;
            var key = equals < 0 ? null : argument[at..equals];
            if (equals >= 0) at = equals + 1;
            var value = TakeValue(argument, ref at);
            if (key is not null) pairs.Add(new(key, value));
            else if (pairs.Count == 0 && firstKey.Length > 0) pairs.Add(new(firstKey, value));
            else if (value.Length > 0) pairs.Add(ShortForm(option, argument, value, warnings));
        }
        return new(option, argument, pairs.ToImmutable());
    }

    /// <summary>The same option with other pairs.</summary>
    public OptionText With(IEnumerable<OptionPair> pairs) => new(Option, Argument, [.. pairs]);

    /// <summary>The last value of a key, or null: later ones win.</summary>
    public string? this[string key] => Pairs.Where(pair => pair.Key == key).Select(pair => pair.Value).LastOrDefault();

    /// <summary>An error about this option.</summary>
    public CommandLineException Error(string what) => new($"{this}: {what}");

    /// <summary>A truth value.</summary>
    /// <exception cref="CommandLineException">It is none.</exception>
    public bool Flag(string key, bool otherwise) => this[key] switch
    {
        null => otherwise,
        "on" or "yes" or "true" or "y" => true,
        "off" or "no" or "false" or "n" => false,
        _ => throw Error($"Parameter '{key}' expects 'on' or 'off'"),
    };

    /// <summary>Option and argument as written.</summary>
    public override string ToString() => $"{Option} {Argument}";

    /// <summary>A whole number as QEMU takes it: decimal, 0x or octal.</summary>
    public static bool TryNumber(string text, out ulong value) => Protocol.CNumber.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out value);

    private static OptionPair ShortForm(string option, string argument, string word, ICollection<string> warnings)
    {
        var isOff = word.StartsWith("no", StringComparison.Ordinal) && word.Length > 2;
        var pair = new OptionPair(isOff ? word[2..] : word, isOff ? "off" : "on");
        warnings.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"{option} {argument}: warning: short-form boolean option '{word}' deprecated\nPlease use {pair.Key}={pair.Value} instead"));
        return pair;
    }

    private static string TakeValue(string text, ref int at)
    {
        var value = new System.Text.StringBuilder();
        for (; at < text.Length; at++)
        {
            if (text[at] != ',') value.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == ',') value.Append(text[++at]);
            else break;
        }
        return value.ToString();
    }
}
