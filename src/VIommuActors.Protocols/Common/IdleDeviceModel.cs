using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.Common;

/// <summary>QEMU's half of a design that asks nothing of QEMU: forwarded writes, should one arrive, are only answered.</summary>
internal sealed class IdleDeviceModel : IDeviceModelHalf
{
    public static readonly IdleDeviceModel Instance = new();

    public void Forwarded(ulong address, ulong value)
    {
    }

    public bool Receive(Message message) => false;
}
