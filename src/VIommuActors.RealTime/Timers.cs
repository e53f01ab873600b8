using Akka.Actor;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.RealTime;

/// <summary>Notes that a party sends itself for later, on Akka's own scheduler.</summary>
public static class Timers
{
    /// <summary>
    /// Shorter delays than this are a message to oneself: the scheduler counts in ticks of milliseconds, and what a party does in the
    /// meantime takes real time anyway.
    /// </summary>
    public const long ShortestNs = 500_000;

    /// <summary>Hands <paramref name="message"/> back to <paramref name="self"/> after <paramref name="delayNs"/>.</summary>
    public static void After(IScheduler scheduler, IActorRef self, long delayNs, Message message)
    {
        if (delayNs < ShortestNs) self.Tell(message, self);
        else scheduler.ScheduleTellOnce(TimeSpan.FromTicks(delayNs / TimeSpan.NanosecondsPerTick), self, message, self);
    }
}
