using VIommuActors.Vtd.Spec;

namespace VIommuActors.Vtd.Registers;

/// <summary>Control, data and address registers of one event (FE* or IE*), and the rule when its message leaves.</summary>
/// <remarks>VT-d specification §7.3 and §6.5.2; IM set: the event waits in IP. IM clear: the message goes at once.</remarks>
internal sealed class EventInterrupt(HostPort host, uint dataMask)
{
    public EventControl Control { get; private set; } = EventControl.Masked;

    public uint Data { get; private set; }

    public uint Address { get; private set; }

    public void WriteControl(uint value)
    {
        Control = (Control & EventControl.Pending) | ((EventControl)value & EventControl.Masked);
        if (Control == EventControl.Pending) Send();
    }

    public void WriteData(uint value) => Data = value & dataMask;

    public void WriteAddress(uint value) => Address = value & ~3u;

    public void Raise()
    {
        Control |= EventControl.Pending;
        if ((Control & EventControl.Masked) == 0) Send();
    }

    /// <summary>Software has serviced the condition before the message went out.</summary>
    public void Withdraw() => Control &= ~EventControl.Pending;

    public void Reset()
    {
        Control = EventControl.Masked;
        Data = Address = 0;
    }

    private void Send()
    {
        Control &= ~EventControl.Pending;
        host.SendMessage(new GuestPhysical(Address), Data);
    }
}
