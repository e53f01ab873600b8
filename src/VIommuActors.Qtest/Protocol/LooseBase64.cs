namespace VIommuActors.Qtest.Protocol;

/// <summary>Base 64 as GLib decodes it: what is no digit is skipped, and so is a last group of less than four.</summary>
internal static class LooseBase64
{
    /// <summary>Decodes into the beginning of <paramref name="into"/>, which has room for three bytes for every four of the text.</summary>
    /// <returns>Bytes decoded.</returns>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> into)
    {
        var (group, digits, length) = (0, 0, 0);
        byte last = 0, beforeLast = 0;
        foreach (var c in text)
        {
            var value = Value(c);
            if (value < 0) continue;
            (beforeLast, last) = (last, c);
            group = (group << 6) | value;
            if (++digits < 4) continue;
            into[length++] = (byte)(group >> 16);
            if (beforeLast != '=') into[length++] = (byte)(group >> 8);
            if (last != '=') into[length++] = (byte)group;
            (group, digits) = (0, 0);
        }
        return length;
    }

    private static int Value(byte c) => c switch
    {
        >= (byte)'A' and <= (byte)'Z' => c - 'A',
        >= (byte)'a' and <= (byte)'z' => c - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => c - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        (byte)'=' => 0,
        _ => -1,
    };
}
