namespace VIommuActors.Benchmarks.Bars;

/// <summary>Measuring on a machine that others use too: CPU time of this process, sides in turns, medians.</summary>
internal static class Measure
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    /// <summary>User and system time of all threads of this process: collector and JIT count, other processes do not.</summary>
    public static TimeSpan CpuTime => Environment.CpuUsage.TotalTime;

    /// <summary>CPU time that <paramref name="work"/> takes.</summary>
    public static TimeSpan Of(Action work)
    {
        var began = CpuTime;
        work();
        return CpuTime - began;
    }

    /// <summary>Repeats <paramref name="work"/> until the JIT has had its time to settle.</summary>
    public static void Warm(Action work)
    {
        var end = CpuTime + WarmUp;
        do work();
        while (CpuTime < end);
    }

    /// <summary>The middle value.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Two sides in turns, so that a slow second of the machine hits both.</summary>
    /// <returns>Medians of the time of one call of each side, in ns, and of the ratios of neighbours.</returns>
    public static (double Left, double Right, double Ratio) Pair(Func<ulong> left, Func<ulong> right, int perCall, int repetitions = 31)
    {
        Warm(() => { Sink += left(); Sink += right(); });
        var (leftCalls, rightCalls) = (CallsIn20Ms(left), CallsIn20Ms(right));
        var samples = new (double Left, double Right)[repetitions];
        for (var i = 0; i < repetitions; i++) samples[i] = (Slice(left, leftCalls) / perCall, Slice(right, rightCalls) / perCall);
        return (Median(samples.Select(s => s.Left)), Median(samples.Select(s => s.Right)), Median(samples.Select(s => s.Left / s.Right)));
    }

    /// <summary>Bytes that <paramref name="work"/> allocates on this thread.</summary>
    public static long AllocatedBy(Action work)
    {
        var began = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - began;
    }

    /// <summary>Where results go that nobody reads.</summary>
    public static ulong Sink { get; set; }

    private static int CallsIn20Ms(Func<ulong> side)
    {
        for (var calls = 1; ; calls *= 2)
        {
            var ns = Slice(side, calls) * calls;
            if (ns > 20e6) return calls;
        }
    }

    private static double Slice(Func<ulong> side, int calls)
    {
        var took = Of(() =>
        {
            var sum = 0UL;
            for (var i = 0; i < calls; i++) sum += side();
            Sink += sum;
        });
        return took.TotalNanoseconds / calls;
    }
}
