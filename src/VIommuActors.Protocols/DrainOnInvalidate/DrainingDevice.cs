using VIommuActors.Protocols.Common;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.DrainOnInvalidate;

/// <summary>
/// The device's half: on a drain it notes which slots hold a translation now and acknowledges when exactly those have ended.
/// What starts later walks the new tables and is not waited for, so a device that is never idle starves nobody.
/// </summary>
internal class DrainingDevice : IDeviceHalf
{
    private readonly IDevicePort _port;
    private readonly TranslatedAccess _access;
    private readonly OwedAnswers _owed;

    public DrainingDevice(IDevicePort port)
    {
        _port = port;
        _owed = new OwedAnswers(port);
        _access = new TranslatedAccess(port) { Ended = _owed.Ended };
    }

    public void Start(in DeviceAccess access) => _access.Start(access);

    public void Release(int slot) => _access.Release(slot);

    public bool Receive(Message message)
    {
        if (message is not Drain drain) return _access.Receive(message);
        var answer = new DrainAck(_port.Self, drain.Epoch);
        if (_owed.Owes(answer)) return true;
        Revoke(_access, drain.Scope);
        var waitFor = new HashSet<int>();
        for (var slot = 0; slot < _port.Slots; slot++)
        {
            if (WaitsFor(_access, slot, drain.Scope)) waitFor.Add(slot);
        }
        _owed.Owe(drain.From, answer, waitFor);
        return true;
    }

    /// <summary>Must this drain wait for what the slot is doing?</summary>
    protected virtual bool WaitsFor(TranslatedAccess access, int slot, in DrainScope scope) => access.Holds(slot, scope);

    /// <summary>Drops mappings kept for later.</summary>
    protected virtual void Revoke(TranslatedAccess access, in DrainScope scope) => access.Revoke(scope);
}
