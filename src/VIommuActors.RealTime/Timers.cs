namespace VIommuActors.RealTime;

/// <summary>What is due later, on the host's timers.</summary>
/// <remarks>Akka's own scheduler would do, but for its ticks of 10 ms: a guest that polls would see everything that much later.</remarks>
public static class Timers
{
    /// <summary>
    /// What is due sooner than that does not wait for a timer, which ends to the millisecond: it comes with what is ready.
    /// </summary>
    public const long ShortestNs = 500_000;

    /// <summary>Does something on a thread of the pool after <paramref name="delayNs"/>.</summary>
    public static void After(long delayNs, Action what) => _ = Wait(delayNs, what);

    private static async Task Wait(long delayNs, Action what)
    {
        await Task.Delay(TimeSpan.FromTicks(delayNs / TimeSpan.NanosecondsPerTick)).ConfigureAwait(false);
        what();
    }
}
