using VIommuActors.Protocols;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.RealTime.Tests;

/// <summary>Drain, with devices that cannot be built.</summary>
internal sealed class FailingDevices : IProtocol
{
    private readonly IProtocol _real = ProtocolCatalog.Find("drain")!;

    public string Name => _real.Name;

    public bool WorksWithRegisters => _real.WorksWithRegisters;

    public bool UsesDeviceTlb => _real.UsesDeviceTlb;

    public bool ClaimsSafety => _real.ClaimsSafety;

    public IHypervisorHalf CreateHypervisorHalf(IHypervisorPort port, ProtocolOptions options) => _real.CreateHypervisorHalf(port, options);

    public IDeviceModelHalf CreateDeviceModelHalf(IDeviceModelPort port, ProtocolOptions options) => _real.CreateDeviceModelHalf(port, options);

    public IDeviceHalf CreateDeviceHalf(IDevicePort port, ProtocolOptions options) => throw new InvalidOperationException("planted");
}
