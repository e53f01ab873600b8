using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Invalidation;

namespace VIommuActors.Machine.Tests.Support;

/// <summary>A design whose three halves do what a test says; by itself it lets everything through.</summary>
internal sealed class ScriptedProtocol : IProtocol, IHypervisorHalf, IDeviceModelHalf, IDeviceHalf
{
    public string Name => "scripted";

    public bool WorksWithRegisters => true;

    public bool UsesDeviceTlb => false;

    public bool ClaimsSafety => false;

    public bool Admits { get; set; } = true;

    public bool Completes { get; set; } = true;

    public bool RefusesNext { get; set; }

    public int EmulatorsGone { get; private set; }

    /// <summary>Devices that the halves were told of, as source or party.</summary>
    public List<object> DevicesGone { get; } = [];

    public List<Invalidation> Flushes { get; } = [];

    public List<(ulong Address, ulong Value)> Forwards { get; } = [];

    public Action<ulong> OnForwarded { get; set; } = _ => { };

    public List<DeviceAccess> Accesses { get; } = [];

    public List<int> Releases { get; } = [];

    public List<Message> Taken { get; } = [];

    public IHypervisorPort? HypervisorPort { get; private set; }

    public IDevicePort? DevicePort { get; private set; }

    public IHypervisorHalf CreateHypervisorHalf(IHypervisorPort port, ProtocolOptions options)
    {
        HypervisorPort = port;
        return this;
    }

    public IDeviceModelHalf CreateDeviceModelHalf(IDeviceModelPort port, ProtocolOptions options) => this;

    public IDeviceHalf CreateDeviceHalf(IDevicePort port, ProtocolOptions options)
    {
        DevicePort = port;
        return this;
    }

    public bool Admit(MmioAccess write) => Admits;

    public bool Flushed(in Invalidation invalidation)
    {
        Flushes.Add(invalidation);
        return Completes;
    }

    public bool Refuses()
    {
        var refuses = RefusesNext;
        RefusesNext = false;
        return refuses;
    }

    public void EmulatorGone() => EmulatorsGone++;

    public void DeviceGone(SourceId source) => DevicesGone.Add(source);

    public void DeviceGone(NodeId device) => DevicesGone.Add(device);

    public void Forwarded(ulong address, ulong value)
    {
        Forwards.Add((address, value));
        OnForwarded(address);
    }

    public void Start(in DeviceAccess access) => Accesses.Add(access);

    public void Release(int slot) => Releases.Add(slot);

    /// <summary>Takes drain queries and acknowledgements, and nothing else.</summary>
    public bool Receive(Message message)
    {
        if (message is not (QueryCall or DrainAck or DmaDone)) return false;
        Taken.Add(message);
        return true;
    }
}
