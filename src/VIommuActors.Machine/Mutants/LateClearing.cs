using VIommuActors.Machine.DeviceModel;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Machine.Mutants;

/// <summary>
/// A dummy vIOMMU that looks first and clears the bit in a later step: what comes in between raises no upcall and is not seen.
/// </summary>
internal sealed class LateClearing : MachineParts
{
    public override IParty Dummy(
        IPort port, GuestNodes nodes, int index, SharedPages shared, IProtocol protocol, ProtocolOptions options) =>
        new Twin(port, nodes, index, shared, protocol, options);

    private sealed class Twin(
        IPort port, GuestNodes nodes, int index, SharedPages shared, IProtocol protocol, ProtocolOptions options)
        : DummyVIommu(port, nodes, index, shared, protocol, options)
    {
        public override void Receive(Message message)
        {
            if (message is ClearLater later) Clear(later.Port);
            else base.Receive(message);
        }

        protected override void Serve(int port)
        {
            Look();
            Send(Self, new ClearLater(Self, port));
        }
    }
}

/// <summary>Dummy vIOMMU → itself: the bit that is cleared too late.</summary>
internal sealed record ClearLater(NodeId From, int Port) : Message(From), IInternal
{
    public override Wire Wire => Wire.Self;
}
