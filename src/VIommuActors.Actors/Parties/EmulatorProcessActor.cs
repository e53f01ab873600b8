using System.Collections.Immutable;
using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Protocols.Messages;

namespace VIommuActors.Actors.Parties;

/// <summary>One emulator process: parent and supervisor of a dummy vIOMMU and of the devices behind its unit.</summary>
/// <remarks>
/// A crash is restarted one child at a time: each is told by a message of its own, because the order of Akka's children differs from
/// process to process. Every other exception has been reported to the wires and never gets here.
/// </remarks>
public sealed class EmulatorProcessActor : UntypedActor
{
    /// <summary>Starts the children in the given order and binds their ids.</summary>
    public EmulatorProcessActor(NodeTable table, ImmutableArray<(NodeId Node, Props Props)> children)
    {
        foreach (var (node, props) in children)
            table.Bind(node, Context.ActorOf(props, table.NameOf(node)));
    }

    /// <summary>Props of a process.</summary>
    public static Props Props(NodeTable table, ImmutableArray<(NodeId Node, Props Props)> children) =>
        PartyProducer<EmulatorProcessActor>.Props(() => new EmulatorProcessActor(table, children));

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(reason => reason is EmulatorCrashException ? Directive.Restart : Directive.Escalate);

    /// <inheritdoc/>
    protected override void OnReceive(object message) => Unhandled(message);
}

