using System.Globalization;
using VIommuActors.Cli.Reporting;

namespace VIommuActors.Cli.Input;

/// <summary>Seeds as people type and read them.</summary>
internal static class Seed
{
    /// <summary>What a user may type.</summary>
    public const string Accepted = "a decimal number below 2^64, 0x and up to 16 hex digits, or a git hash of 7 to 40 hex digits";

    private const int ShortestHash = 7, LongestHash = 40, HexDigits = 16;

    /// <summary>
    /// Reads a seed. A hash is told from a number by a letter in it or by its full length; its first 16 digits count.
    /// </summary>
    public static bool TryParse(string text, out ulong seed)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return TryHex(text.AsSpan(2), out seed);
        }
        // Decimal first: what the tool prints as a number, up to 20 digits, must read back as that number.
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed))
        {
            return true;
        }
        return text.Length is >= ShortestHash and <= LongestHash && text.All(char.IsAsciiHexDigit)
            && (text.Length == LongestHash || !text.All(char.IsAsciiDigit))
            && TryHex(text.AsSpan(0, Math.Min(HexDigits, text.Length)), out seed);
    }

    /// <summary>As <see cref="TryParse"/>, for the option <c>--seed</c>.</summary>
    /// <exception cref="ToolException">It is no seed.</exception>
    public static ulong Parse(string text) =>
        TryParse(text, out var seed) ? seed : throw ToolException.Usage("--seed", text, "not a seed", Accepted);

    /// <summary>The form that traces, file names and commands use.</summary>
    public static string Hex(ulong seed) => string.Create(CultureInfo.InvariantCulture, $"0x{seed:x}");

    private static bool TryHex(ReadOnlySpan<char> digits, out ulong seed) =>
        ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out seed);
}
