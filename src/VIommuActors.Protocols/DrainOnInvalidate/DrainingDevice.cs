using VIommuActors.Protocols.Common;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.DrainOnInvalidate;

/// <summary>
/// The device's half: on a drain it notes which slots hold a translation now and acknowledges when exactly those have ended.
/// What starts later walks the new tables and is not waited for, so a device that is never idle starves nobody.
/// </summary>
internal sealed class DrainingDevice : IDeviceHalf
{
    private readonly IDevicePort _port;
    private readonly TranslatedAccess _access;
    private readonly List<Pending> _pending = [];

    public DrainingDevice(IDevicePort port)
    {
        _port = port;
        _access = new TranslatedAccess(port) { Ended = SlotEnded };
    }

    public void Start(in DeviceAccess access) => _access.Start(access);

    public void Release(int slot) => _access.Release(slot);

    public bool Receive(Message message)
    {
        if (message is not Drain drain) return _access.Receive(message);
        if (_pending.Exists(pending => pending.Epoch == drain.Epoch)) return true;
        _access.Revoke(drain.Scope);
        var waitFor = new HashSet<int>();
        for (var slot = 0; slot < _port.Slots; slot++)
        {
            if (_access.Holds(slot, drain.Scope)) waitFor.Add(slot);
        }
        if (waitFor.Count == 0) _port.Send(drain.From, new DrainAck(_port.Self, drain.Epoch));
        else _pending.Add(new Pending(drain.Epoch, drain.From, waitFor));
        return true;
    }

    private void SlotEnded(int slot)
    {
        for (var i = 0; i < _pending.Count; i++)
        {
            var pending = _pending[i];
            if (!pending.WaitFor.Remove(slot) || pending.WaitFor.Count > 0) continue;
            _pending.RemoveAt(i--);
            _port.Send(pending.Dummy, new DrainAck(_port.Self, pending.Epoch));
        }
    }

    private sealed record Pending(long Epoch, NodeId Dummy, HashSet<int> WaitFor);
}
