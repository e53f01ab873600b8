using VIommuActors.Machine.Hypervisor;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Xen.Events;

namespace VIommuActors.Machine.Mutants;

/// <summary>
/// An ioreq side that takes an emulator for gone when its dummy vIOMMU is: a device's last access may still be on its way.
/// </summary>
internal sealed class ReapedByOne : MachineParts
{
    public override IParty Hub(IPort port, GuestNodes nodes, EventChannels channels, IReadOnlyList<SharedPages> pages) =>
        new Twin(base.Hub(port, nodes, channels, pages), nodes);

    private sealed class Twin(IParty real, GuestNodes nodes) : IParty
    {
        public void Receive(Message message)
        {
            if (message is not Reaped reaped || nodes.Dummies.IndexOf(reaped.Party) is not (>= 0 and var unit))
            {
                if (message is not Reaped) real.Receive(message);
                return;
            }
            real.Receive(reaped);
            foreach (var device in nodes.Devices)
            {
                if (device.Unit == unit) real.Receive(new Reaped(reaped.From, device.Node));
            }
        }
    }
}
