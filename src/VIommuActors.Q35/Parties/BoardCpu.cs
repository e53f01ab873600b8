using VIommuActors.Machine;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Q35.Parties;

/// <summary>CPU 0 as the outside drives it: one access at a time, no instructions of its own.</summary>
internal sealed class BoardCpu(IPort port) : IParty
{
    private bool _waits;

    /// <summary>What the last access returned; null while it is under way.</summary>
    public ulong? Answer { get; private set; }

    /// <inheritdoc/>
    public void Receive(Message message)
    {
        switch (message)
        {
            case CpuAccess access:
                Answer = null;
                _waits = true;
                port.Send(access.To, new MmioAccess(
                    port.Self, access.Address, access.Size, access.IsWrite, access.Value, Purpose.Other));
                break;
            case MmioDone done:
                if (!_waits) break;
                _waits = false;
                Answer = done.Value;
                break;
            case PowerOn or DeviceStatus or Wake or UnitInterrupt:
                // Nothing runs here that would begin, take note of devices, wait for a time to come or be interrupted.
                break;
            default:
                throw new UnhandledMessageException(message, "CPU 0");
        }
    }
}
