using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace VIommuActors.Simulation.Internals;

/// <summary>Gives every actor a <see cref="SimQueue"/>; named in the configuration, built by Akka.</summary>
internal sealed class SimMailbox(Settings settings, Config config) : MailboxType(settings, config), IProducesMessageQueue<SimQueue>
{
    public override IMessageQueue Create(IActorRef owner, ActorSystem system)
    {
        var path = owner.Path.Elements;
        bool isSystem = path.Count < 2 || path[0] != "user";
        return new SimQueue(owner, ((VirtualScheduler)system.Scheduler).Kernel, isSystem);
    }
}
