using System.Numerics;
using System.Text;

namespace VIommuActors.Seeds;

/// <summary>A seeded stream of random numbers whose sequence never changes between versions and machines.</summary>
/// <remarks>xoshiro256** (Blackman, Vigna), its state filled by SplitMix64 (Steele, Lea, Flood). Not thread safe.</remarks>
public sealed class SeededRandom
{
    private const ulong GoldenGamma = 0x9E37_79B9_7F4A_7C15;
    private ulong _seed;
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>The stream of a seed; every 64-bit value is a valid one.</summary>
    public SeededRandom(ulong seed) => Restart(seed);

    internal SeededRandom(ulong s0, ulong s1, ulong s2, ulong s3) => (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);

    /// <summary>Begins the stream of another seed, as a new object would: a search draws from a stream a schedule.</summary>
    public void Restart(ulong seed)
    {
        _seed = seed;
        ulong x = seed;
        _s0 = SplitMix(ref x);
        _s1 = SplitMix(ref x);
        _s2 = SplitMix(ref x);
        _s3 = SplitMix(ref x);
    }

    /// <summary>An independent stream for one purpose.</summary>
    /// <remarks>Depends on this stream's seed and the name only, not on what was drawn: a new consumer moves no other stream.</remarks>
    public SeededRandom Derive(string purpose) => new(DeriveSeed(_seed, purpose));

    /// <summary>The seed of <see cref="Derive"/>'s stream.</summary>
    public static ulong DeriveSeed(ulong seed, string purpose)
    {
        ulong x = seed ^ Fnv1a(purpose);
        return SplitMix(ref x);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>An unbiased number from 0 to <paramref name="limit"/> - 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive.</exception>
    public int Next(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        // The high half of a 32 x 32 bit product is the number; a low half below 2^32 mod limit would favour some of them.
        ulong product = (NextUInt64() >> 32) * (uint)limit;
        if ((uint)product < (uint)limit)
        {
            uint threshold = (uint)-limit % (uint)limit;
            while ((uint)product < threshold)
            {
                product = (NextUInt64() >> 32) * (uint)limit;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>An unbiased number from 0 to <paramref name="limit"/> - 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive.</exception>
    public long NextLong(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ulong high = Math.BigMul(NextUInt64(), (ulong)limit, out ulong low);
        if (low < (ulong)limit)
        {
            ulong threshold = unchecked(0UL - (ulong)limit) % (ulong)limit;
            while (low < threshold)
            {
                high = Math.BigMul(NextUInt64(), (ulong)limit, out low);
            }
        }

        return (long)high;
    }

    /// <summary>True with probability <paramref name="numerator"/> / <paramref name="denominator"/>; draws nothing at 0 and 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The denominator is not positive, or the numerator is negative or above it.</exception>
    public bool Chance(long numerator, long denominator)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(denominator);
        ArgumentOutOfRangeException.ThrowIfNegative(numerator);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(numerator, denominator);
        return numerator != 0 && (numerator == denominator || NextLong(denominator) < numerator);
    }

    /// <summary>64-bit FNV-1a of the UTF-8 bytes: the same on every machine, unlike <see cref="string.GetHashCode()"/>.</summary>
    internal static ulong Fnv1a(string text)
    {
        ulong hash = 0xCBF2_9CE4_8422_2325;
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> bytes = most <= 256 ? stackalloc byte[256] : new byte[most];
        foreach (byte b in bytes[..Encoding.UTF8.GetBytes(text, bytes)])
        {
            hash = (hash ^ b) * 0x0000_0100_0000_01B3;
        }

        return hash;
    }

    internal static ulong SplitMix(ref ulong state)
    {
        state += GoldenGamma;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
