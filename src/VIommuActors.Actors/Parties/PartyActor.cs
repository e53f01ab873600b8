using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Machine;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Actors.Parties;

/// <summary>Hosts one party of the machine: hands it its messages, carries what it sends, and adds nothing of its own.</summary>
public abstract class PartyActor(NodeId node, IWires wires) : UntypedActor, IPort
{
    private readonly ITurn? _turn = (Context as ActorCell)?.Mailbox?.MessageQueue as ITurn;
    private IParty? _party;

    /// <inheritdoc/>
    NodeId IPort.Self => node;

    /// <inheritdoc/>
    public long NowNs => wires.NowNs;

    /// <summary>The party's id.</summary>
    protected NodeId Node => node;

    /// <summary>What carries its messages.</summary>
    protected IWires Wires => wires;

    /// <inheritdoc/>
    public virtual void Send(NodeId to, Message message) => wires.Send(Self, to, message);

    /// <inheritdoc/>
    public virtual void After(long delayNs, Message message) => wires.After(Self, delayNs, message);

    /// <summary>Builds the party on this actor as its port.</summary>
    protected abstract IParty Build();

    /// <inheritdoc/>
    protected override void PreStart()
    {
        try
        {
            _party = Build();
        }
        catch (Exception failure) when (failure is not EmulatorCrashException)
        {
            // An actor that fails to start would only be missing, and its design be blamed for not answering.
            wires.Failed(node, failure);
        }
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (message is not Message known)
        {
            Unhandled(message);
            return;
        }
        try
        {
            Deliver(known);
            while (_turn is { } turn && turn.TryNext(out var next)) Deliver(next);
        }
        catch (Exception failure) when (failure is not EmulatorCrashException)
        {
            wires.Failed(node, failure);
        }
    }

    /// <summary>Gives a message to the party.</summary>
    protected virtual void Deliver(Message message) => _party!.Receive(message);

    /// <summary>Replaces the party; null takes it away.</summary>
    protected void Install(IParty? party) => _party = party;
}
