using System.Collections.Immutable;
using HdrHistogram;
using VIommuActors.Oracle;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Blueprints.Figures;

/// <summary>What one run, or several of the same protocol added up, came to. All times are virtual nanoseconds.</summary>
public sealed class RunFigures
{
    /// <summary>Longest latency a histogram resolves: an hour. Longer ones count as an hour.</summary>
    private const long LongestNs = 3_600_000_000_000;

    // Megabytes each: made when there is something to record.
    private LongHistogram? _invalidationNs, _dmaNs;
    private readonly long[] _violations = new long[Properties.All.Count];

    /// <summary>Figures of nothing.</summary>
    public RunFigures(string protocol) => Protocol = protocol;

    /// <summary>Name of the design.</summary>
    public string Protocol { get; }

    /// <summary>Runs added up.</summary>
    public long Runs { get; set; }

    /// <summary>DMA requests issued.</summary>
    public long Dmas { get; set; }

    /// <summary>Of these, completed.</summary>
    public long DmasDone { get; set; }

    /// <summary>Of these, refused by the unit.</summary>
    public long DmasFaulted { get; set; }

    /// <summary>Of these, gone with a crashed emulator, device or guest.</summary>
    public long DmasAbandoned { get; set; }

    /// <summary>Of these, neither finished nor lost when the run was cut off or its last vCPU stopped.</summary>
    public long DmasOpen { get; set; }

    /// <summary>vCPUs without an end although nothing was left to happen: in the hypervisor, behind a lock, never started.</summary>
    public long StuckVcpus { get; set; }

    /// <summary>vCPUs whose guest stopped itself, or whose domain was crashed; not one that was made to panic.</summary>
    public long StoppedVcpus { get; set; }

    /// <summary>Invalidations a guest saw complete.</summary>
    public long Invalidations { get; set; }

    /// <summary>From the driver's first act to the completion it saw. Values below 32,768 ns are exact, larger ones to 1/16,384.</summary>
    public LongHistogram InvalidationNs => _invalidationNs ??= new LongHistogram(LongestNs, 4);

    /// <summary>From the device's start of a request to its end.</summary>
    public LongHistogram DmaNs => _dmaNs ??= new LongHistogram(LongestNs, 4);

    /// <summary>Messages of all kinds.</summary>
    public long Messages { get; set; }

    /// <summary>Messages spent on invalidations after the guests' start-up.</summary>
    public long InvalidationMessages { get; set; }

    /// <summary>Hypercalls spent on DMA.</summary>
    public long DmaHypercalls { get; set; }

    /// <summary>Hypercalls spent on invalidations after the guests' start-up.</summary>
    public long InvalidationHypercalls { get; set; }

    /// <summary>Bytes that a design moved beyond the device's own access to memory.</summary>
    public long BytesCopied { get; set; }

    /// <summary>Virtual time of the run's end; the sum over runs.</summary>
    public long VirtualNs { get; set; }

    /// <summary>Accesses to buffers that a policy had handed back early.</summary>
    public long ExposedAccesses { get; set; }

    /// <summary>The longest such window.</summary>
    public long ExposureMaxNs { get; set; }

    /// <summary>The first violations in full.</summary>
    public ImmutableArray<Violation> Details { get; set; } = [];

    /// <summary>How a replay compares to its recording; of several runs, the first's.</summary>
    public Guest.Replay.ReplayReport? Replay { get; set; }

    /// <summary>Why vCPUs stopped before their end.</summary>
    public ImmutableArray<string> Remarks { get; set; } = [];

    /// <summary>How often a property was broken.</summary>
    public long this[Property property]
    {
        get => _violations[(int)property];
        set => _violations[(int)property] = value;
    }

    /// <summary>Violated when safety was broken; hung when only liveness was; held otherwise.</summary>
    public Verdict Verdict
    {
        get
        {
            if (Properties.All.Any(property => Properties.IsSafety(property) && this[property] > 0)) return Verdict.Violated;
            var stuck = StuckVcpus + StoppedVcpus > 0 || Properties.All.Any(property => this[property] > 0);
            return stuck ? Verdict.Hung : Verdict.Held;
        }
    }

    /// <summary>Messages per invalidation; 0 without any.</summary>
    public double MessagesPerInvalidation => Per(InvalidationMessages, Invalidations);

    /// <summary>Hypercalls per DMA request.</summary>
    public double HypercallsPerDma => Per(DmaHypercalls, Dmas);

    /// <summary>Hypercalls per invalidation.</summary>
    public double HypercallsPerInvalidation => Per(InvalidationHypercalls, Invalidations);

    /// <summary>Extra bytes per DMA request.</summary>
    public double BytesCopiedPerDma => Per(BytesCopied, Dmas);

    /// <summary>The latency below which <paramref name="percent"/> of the values lie; 0 without values. 100 gives the largest.</summary>
    public static long Percentile(LongHistogram histogram, double percent)
    {
        if (histogram.TotalCount == 0) return 0;
        return percent >= 100 ? histogram.GetMaxValue() : histogram.GetValueAtPercentile(percent);
    }

    /// <summary>Records a latency.</summary>
    public static void Record(LongHistogram histogram, long ns) => histogram.RecordValue(Math.Min(ns, LongestNs));

    /// <summary>Adds another run of the same protocol.</summary>
    public void Add(RunFigures other)
    {
        Runs += other.Runs;
        Dmas += other.Dmas;
        DmasDone += other.DmasDone;
        DmasFaulted += other.DmasFaulted;
        DmasAbandoned += other.DmasAbandoned;
        DmasOpen += other.DmasOpen;
        StuckVcpus += other.StuckVcpus;
        StoppedVcpus += other.StoppedVcpus;
        Invalidations += other.Invalidations;
        InvalidationNs.Add(other.InvalidationNs);
        DmaNs.Add(other.DmaNs);
        Messages += other.Messages;
        InvalidationMessages += other.InvalidationMessages;
        DmaHypercalls += other.DmaHypercalls;
        InvalidationHypercalls += other.InvalidationHypercalls;
        BytesCopied += other.BytesCopied;
        VirtualNs += other.VirtualNs;
        ExposedAccesses += other.ExposedAccesses;
        ExposureMaxNs = Math.Max(ExposureMaxNs, other.ExposureMaxNs);
        foreach (var property in Properties.All) this[property] += other[property];
        if (Details.IsEmpty) Details = other.Details;
        Replay ??= other.Replay;
        Remarks = [.. Remarks, .. other.Remarks.Except(Remarks).Take(Math.Max(0, 20 - Remarks.Length))];
    }

    private static double Per(long amount, long count) => count == 0 ? 0 : (double)amount / count;
}
