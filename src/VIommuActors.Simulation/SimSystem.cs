using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;

namespace VIommuActors.Simulation;

/// <summary>
/// One simulated actor system with its kernel. Create once per thread and reuse for
/// many runs: creation costs milliseconds, a run microseconds.
/// </summary>
public sealed class SimSystem : IDisposable
{
    private const string Assembly = "VIommuActors.Simulation";
    private const string Namespace = "VIommuActors.Simulation.Internals";

    private static readonly Config Base = ConfigurationFactory.ParseString($$"""
        akka {
          loggers = []
          loglevel = OFF
          stdout-loglevel = OFF
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          coordinated-shutdown {
            run-by-clr-shutdown-hook = off
            run-by-actor-system-terminate = off
            terminate-actor-system = off
          }
          scheduler.implementation = "VIommuActors.Simulation.VirtualScheduler, {{Assembly}}"
          actor {
            default-dispatcher { type = "{{Namespace}}.SimDispatcherConfigurator, {{Assembly}}" }
            internal-dispatcher { type = "{{Namespace}}.SimDispatcherConfigurator, {{Assembly}}" }
            default-blocking-io-dispatcher { type = "{{Namespace}}.SimDispatcherConfigurator, {{Assembly}}" }
            default-mailbox.mailbox-type = "{{Namespace}}.SimMailbox, {{Assembly}}"
            mailbox.unbounded-queue-based.mailbox-type = "{{Namespace}}.SimMailbox, {{Assembly}}"
            mailbox.unbounded-deque-based.mailbox-type = "{{Namespace}}.SimMailbox, {{Assembly}}"
          }
        }
        """);

    private SimSystem(ActorSystem system, SimKernel kernel)
    {
        System = system;
        Kernel = kernel;
        TimeProvider = new VirtualTimeProvider(kernel);
    }

    /// <summary>An ordinary actor system; its actors need not know that they are simulated.</summary>
    public ActorSystem System { get; }

    /// <summary>Delivers its messages and owns its clock.</summary>
    public SimKernel Kernel { get; }

    /// <summary>The virtual clock for code that takes a <see cref="global::System.TimeProvider"/>.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>Starts an actor system on the calling thread.</summary>
    /// <param name="name">Name of the actor system.</param>
    /// <param name="extra">Settings that take precedence; they must leave dispatchers, mailboxes and scheduler alone.</param>
    public static SimSystem Create(string name, Config? extra = null)
    {
        var config = extra is null ? Base : extra.WithFallback(Base);
        var system = ActorSystem.Create(name, ActorSystemSetup.Empty.And(BootstrapSetup.Create().WithConfig(config)));
        var kernel = ((VirtualScheduler)system.Scheduler).Kernel;
        kernel.Attach(system);
        return new SimSystem(system, kernel);
    }

    /// <summary>Stops all actors; messages still waiting are dropped.</summary>
    public void Dispose()
    {
        Kernel.DropPending();
        var terminated = System.Terminate();
        Kernel.RunMisc();
        // All actors have stopped now; Akka completes the task itself, and its termination callbacks, on the thread pool.
        terminated.Wait(TimeSpan.FromSeconds(10));
    }
}
