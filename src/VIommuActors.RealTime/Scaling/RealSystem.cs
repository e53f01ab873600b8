using Akka.Actor;
using Akka.Configuration;

namespace VIommuActors.RealTime.Scaling;

/// <summary>
/// The actor system of a run in real time: Akka's default dispatcher on the runtime's pool, and timers that end to the millisecond.
/// </summary>
/// <remarks>
/// A pool of the dispatcher's own (<c>fork-join-executor</c>) has one queue, so each message finds another guest's memory in the cache: a
/// DMA among ten guests took two to three times the CPU, and among a thousand five times. See <see cref="DirectWires"/> for how guests
/// share the runtime's pool.
/// </remarks>
public static class RealSystem
{
    /// <summary>
    /// Messages that an actor handles in one go. From 30 on more brings nothing; 5 costs a fifth, 1 half of the throughput.
    /// </summary>
    public const int Throughput = 30;

    // Nothing is logged: what goes wrong is reported to the wires, and standard output belongs to the tool.
    private static readonly Config Settings = ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          loggers = []
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          actor.default-dispatcher {
            throughput = {{Throughput}}
          }
          coordinated-shutdown {
            run-by-clr-shutdown-hook = off
            run-by-actor-system-terminate = off
            terminate-actor-system = off
          }
        }
        """);

    /// <summary>A fresh system.</summary>
    public static ActorSystem Create() => ActorSystem.Create("viommu", Settings);
}
