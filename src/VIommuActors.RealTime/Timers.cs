using Akka.Actor;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime;

/// <summary>Notes that a party sends itself for later.</summary>
public static class Timers
{
    /// <summary>
    /// Shorter delays than this are a message to oneself: the host's timers count in milliseconds, and what a party does in the
    /// meantime takes real time anyway.
    /// </summary>
    public const long ShortestNs = 500_000;

    /// <summary>Hands <paramref name="message"/> back to <paramref name="self"/> after <paramref name="delayNs"/>.</summary>
    public static void After(IActorRef self, long delayNs, Message message)
    {
        if (delayNs < ShortestNs) self.Tell(message, self);
        else After(delayNs, () => self.Tell(message, self));
    }

    /// <summary>Does something on a thread of the pool after <paramref name="delayNs"/>.</summary>
    /// <remarks>Akka's own scheduler would do, but for its ticks of 10 ms: a guest that polls would see everything that much later.</remarks>
    public static void After(long delayNs, Action what) => _ = Later(delayNs, what);

    private static async Task Later(long delayNs, Action what)
    {
        await Task.Delay(TimeSpan.FromTicks(delayNs / TimeSpan.NanosecondsPerTick)).ConfigureAwait(false);
        what();
    }
}
