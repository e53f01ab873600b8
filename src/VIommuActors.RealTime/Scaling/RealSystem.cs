using Akka.Actor;
using Akka.Configuration;

namespace VIommuActors.RealTime.Scaling;

/// <summary>
/// The actor system of a run in real time: Akka's default dispatcher on the runtime's pool.
/// </summary>
/// <remarks>Guests' parties run on dispatchers of their own, see <see cref="GuestDispatcher"/>; all share the runtime's pool.</remarks>
public static class RealSystem
{
    // Nothing is logged: what goes wrong is reported to the wires, and standard output belongs to the tool.
    private static readonly Config Settings = ConfigurationFactory.ParseString($$"""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          loggers = []
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          actor.default-dispatcher {
            throughput = {{GuestDispatcher.MessagesOfRun}}
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
