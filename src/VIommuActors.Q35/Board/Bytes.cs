namespace VIommuActors.Q35.Board;

/// <summary>Values of 1 to 8 bytes, little endian.</summary>
internal static class Bytes
{
    /// <summary>The value in a run of at most 8 bytes.</summary>
    public static ulong Read(ReadOnlySpan<byte> from)
    {
        ulong value = 0;
        for (var i = from.Length - 1; i >= 0; i--) value = (value << 8) | from[i];
        return value;
    }

    /// <summary>Fills a run of at most 8 bytes with the low bytes of a value.</summary>
    public static void Write(Span<byte> into, ulong value)
    {
        for (var i = 0; i < into.Length; i++) into[i] = (byte)(value >> (8 * i));
    }
}
