using Akka.Actor;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime;

/// <summary>Notes that a party sends itself for later, and other things that are due later, on the host's timers.</summary>
/// <remarks>Akka's own scheduler would do, but for its ticks of 10 ms: a guest that polls would see everything that much later.</remarks>
public static class Timers
{
    /// <summary>
    /// What is due sooner than that does not wait for a timer, which ends to the millisecond: it comes with what is ready.
    /// </summary>
    public const long ShortestNs = 500_000;

    /// <summary>Hands <paramref name="message"/> back to <paramref name="self"/> after <paramref name="delayNs"/>.</summary>
    public static void After(IActorRef self, long delayNs, Message message) => After(self, delayNs, message, self);

    /// <summary>Hands <paramref name="message"/> of <paramref name="sender"/> to <paramref name="target"/>, later by so much.</summary>
    public static void After(IActorRef target, long delayNs, Message message, IActorRef? sender)
    {
        if (delayNs < ShortestNs) Later(target, message, sender);
        else After(delayNs, () => target.Tell(message, sender));
    }

    /// <summary>Does something on a thread of the pool after <paramref name="delayNs"/>.</summary>
    public static void After(long delayNs, Action what) => _ = Wait(delayNs, what);

    // Behind everything that waits for a thread of the pool.
    private static void Later(IActorRef target, Message message, IActorRef? sender) =>
        ThreadPool.UnsafeQueueUserWorkItem(new Delivery(target, message, sender), preferLocal: false);

    private static async Task Wait(long delayNs, Action what)
    {
        await Task.Delay(TimeSpan.FromTicks(delayNs / TimeSpan.NanosecondsPerTick)).ConfigureAwait(false);
        what();
    }

    private sealed class Delivery(IActorRef target, Message message, IActorRef? sender) : IThreadPoolWorkItem
    {
        public void Execute() => target.Tell(message, sender);
    }
}
