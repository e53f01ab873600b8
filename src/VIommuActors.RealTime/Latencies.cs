using System.Collections.Immutable;
using HdrHistogram;
using HdrHistogram.Encoding;
using HdrHistogram.Utilities;

namespace VIommuActors.RealTime;

/// <summary>Latencies of one kind of operation in nanoseconds, an hour at the most; recorded from any thread.</summary>
public sealed class Latencies
{
    /// <summary>The longest that is told apart: an hour. Longer ones count as an hour.</summary>
    public const long LongestNs = 3_600_000_000_000;

    private const int MostParts = 16;

    private readonly Part[] _parts;
    private readonly int _digits;

    /// <summary>Nothing recorded yet.</summary>
    /// <param name="digits">Significant digits, 1–5; each costs about ten times the memory of the one before.</param>
    /// <param name="busy">
    /// True when all threads record here all the time: each then finds a free part, of some 300 KiB, and they need not wait.
    /// </param>
    public Latencies(int digits = 3, bool busy = false)
    {
        _digits = digits;
        var wanted = busy ? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 2) : 1;
        _parts = new Part[Math.Min(MostParts, wanted)];
        for (var i = 0; i < _parts.Length; i++) _parts[i] = new Part(New());
    }

    /// <summary>How many were recorded so far.</summary>
    public long Count
    {
        get
        {
            var count = 0L;
            foreach (var part in _parts) count += part.Ask(static histogram => histogram.TotalCount);
            return count;
        }
    }

    /// <summary>Counts one.</summary>
    public void Record(long ns) => Record([ns]);

    /// <summary>Counts several.</summary>
    public void Record(ReadOnlySpan<long> ns)
    {
        var (first, wait) = (Environment.CurrentManagedThreadId, new SpinWait());
        for (var i = 0; !_parts[(first + i) & (_parts.Length - 1)].TryRecord(ns); i++)
        {
            if (i % _parts.Length == _parts.Length - 1) wait.SpinOnce();
        }
    }

    /// <summary>What was recorded so far.</summary>
    public HistogramBase Snapshot()
    {
        var all = New();
        foreach (var part in _parts)
        {
            part.Ask(histogram =>
            {
                all.Add(histogram);
                return 0L;
            });
        }
        return all;
    }

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

    private LongHistogram New() => new(1, LongestNs, _digits);

    /// <summary>A histogram for one thread at a time.</summary>
    private sealed class Part(LongHistogram histogram)
    {
        private int _isTaken;

        /// <summary>False: another thread has it.</summary>
        public bool TryRecord(ReadOnlySpan<long> ns)
        {
            if (Interlocked.Exchange(ref _isTaken, 1) != 0) return false;
            try
            {
                foreach (var one in ns) histogram.RecordValue(Math.Clamp(one, 1, LongestNs));
            }
            finally
            {
                Volatile.Write(ref _isTaken, 0);
            }
            return true;
        }

        public long Ask(Func<LongHistogram, long> question)
        {
            var wait = new SpinWait();
            while (Interlocked.Exchange(ref _isTaken, 1) != 0) wait.SpinOnce();
            try
            {
                return question(histogram);
            }
            finally
            {
                Volatile.Write(ref _isTaken, 0);
            }
        }
    }
}
