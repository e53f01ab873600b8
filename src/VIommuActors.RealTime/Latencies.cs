using System.Collections.Immutable;
using HdrHistogram;
using HdrHistogram.Encoding;
using HdrHistogram.Utilities;

namespace VIommuActors.RealTime;

/// <summary>Latencies of one kind of operation in nanoseconds, an hour at the most; recorded from any thread.</summary>
/// <param name="digits">Significant digits, 1–5; each costs about ten times the memory of the one before.</param>
public sealed class Latencies(int digits = 3)
{
    /// <summary>The longest that is told apart: an hour. Longer ones count as an hour.</summary>
    public const long LongestNs = 3_600_000_000_000;

    private readonly LongConcurrentHistogram _histogram = new(1, LongestNs, digits);

    /// <summary>Counts one.</summary>
    public void Record(long ns) => _histogram.RecordValue(Math.Clamp(ns, 1, LongestNs));

    /// <summary>What was recorded so far.</summary>
    public HistogramBase Snapshot() => _histogram.Copy();

    /// <summary>What was recorded so far as bytes, in HdrHistogram's own compressed form.</summary>
    public ImmutableArray<byte> Encode()
    {
        var copy = Snapshot();
        var buffer = ByteBuffer.Allocate(copy.GetNeededByteBufferCapacity());
        var length = copy.EncodeIntoCompressedByteBuffer(buffer);
        buffer.Position = 0;
        var bytes = ImmutableArray.CreateBuilder<byte>(length);
        while (bytes.Count < length) bytes.Add(buffer.Get());
        return bytes.MoveToImmutable();
    }

    /// <summary>The inverse of <see cref="Encode"/>; null for bytes that are no histogram.</summary>
    public static HistogramBase? Decode(ImmutableArray<byte> bytes)
    {
        if (bytes.IsDefaultOrEmpty) return null;
        try
        {
            return HistogramEncoding.DecodeFromCompressedByteBuffer(ByteBuffer.Allocate(bytes.ToArray()), 1);
        }
        catch (Exception malformed) when (malformed is ArgumentException or InvalidOperationException or IOException or InvalidDataException
            or IndexOutOfRangeException or OverflowException)
        {
            return null;
        }
    }
}
