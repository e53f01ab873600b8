namespace VIommuActors.Exploration.Internals;

/// <summary>A mix of 64 bits in which every bit of the input moves every bit of the output.</summary>
internal static class Scramble
{
    /// <summary>One to one; the constants are those of SplitMix64.</summary>
    public static ulong Bits(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
