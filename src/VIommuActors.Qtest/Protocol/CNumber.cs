using System.Buffers.Text;

namespace VIommuActors.Qtest.Protocol;

/// <summary>Numbers as C's <c>strtoull(word, 0, base 0)</c> takes a whole word: decimal, 0x and octal, sign, leading white space.</summary>
public static class CNumber
{
    /// <summary>An unsigned 64-bit number; a minus sign negates modulo 2^64. False: not a number, or too large.</summary>
    public static bool TryParse(ReadOnlySpan<byte> word, out ulong value) => TryMagnitude(word, out value, out var negative) && (!negative || Negate(ref value));

    /// <summary>A signed 64-bit number. False: not a number, or out of range.</summary>
    public static bool TryParse(ReadOnlySpan<byte> word, out long value)
    {
        var valid = TryMagnitude(word, out var magnitude, out var negative) && magnitude <= (negative ? 1UL << 63 : long.MaxValue);
        value = valid ? unchecked((long)(negative ? 0 - magnitude : magnitude)) : 0;
        return valid;
    }

    private static bool Negate(ref ulong value)
    {
        value = unchecked(0 - value);
        return true;
    }

    private static bool TryMagnitude(ReadOnlySpan<byte> word, out ulong magnitude, out bool negative)
    {
        while (word is [(byte)'\t' or (byte)'\v' or (byte)'\f' or (byte)'\r' or (byte)' ', ..]) word = word[1..];
        negative = word is [(byte)'-', ..];
        if (word is [(byte)'-' or (byte)'+', ..]) word = word[1..];
        magnitude = 0;
        switch (word)
        {
            case [(byte)'0', (byte)'x' or (byte)'X', .. var hex]:
                while (hex is [(byte)'0', _, ..]) hex = hex[1..];
                return hex.Length is > 0 and <= 16 && Utf8Parser.TryParse(hex, out magnitude, out var used, 'x') && used == hex.Length;
            case [(byte)'0', .. var octal]:
                return TryOctal(octal, ref magnitude);
            case [>= (byte)'1' and <= (byte)'9', ..]:
                return Utf8Parser.TryParse(word, out magnitude, out var length) && length == word.Length;
            default:
                return false;
        }
    }

    private static bool TryOctal(ReadOnlySpan<byte> digits, ref ulong value)
    {
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7' || value >> 61 != 0) return false;
            value = (value << 3) | (uint)(digit - '0');
        }
        return true;
    }
}
