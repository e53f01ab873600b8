using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.Memcpy;

/// <summary>
/// The device's half: every access is a hypercall that carries the data. A mapping that the device would like to keep becomes a
/// bounce buffer, so each of its uses costs a second copy inside QEMU.
/// </summary>
internal sealed class CopyingDevice(IDevicePort port) : IDeviceHalf
{
    private readonly DeviceAccess[] _accesses = new DeviceAccess[port.Slots];
    private readonly bool[] _waits = new bool[port.Slots];

    public void Start(in DeviceAccess access)
    {
        _accesses[access.Slot] = access;
        _waits[access.Slot] = true;
        port.Send(
            port.Hypervisor, new CopyCall(port.Self, access.Slot, port.Source, access.Work, access.Iova, access.Bytes, access.IsWrite));
    }

    public bool Receive(Message message)
    {
        switch (message)
        {
            case CopyReply reply:
                if (!_waits[reply.Slot]) return true;
                _waits[reply.Slot] = false;
                if (reply.Errno != 0)
                {
                    port.Refused(reply.Slot);
                    return true;
                }
                port.CountCopied(reply.Bytes);
                if (_accesses[reply.Slot].Use != TranslationUse.Held)
                {
                    port.Progress(reply.Slot, reply.Bytes);
                    return true;
                }
                port.CountCopied(reply.Bytes);
                port.After(port.BounceNs(reply.Bytes), new BounceDone(port.Self, reply.Slot, reply.Bytes));
                return true;
            case BounceDone bounce:
                port.Progress(bounce.Slot, bounce.Bytes);
                return true;
            default:
                return false;
        }
    }
}
