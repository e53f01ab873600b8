namespace VIommuActors.Protocols.Seam;

/// <summary>A design with some of its halves replaced; everything else is that of the real one.</summary>
/// <param name="real">The design.</param>
internal sealed class ProtocolTwin(IProtocol real) : IProtocol
{
    /// <summary>Builds the hypervisor's half; null for the real one.</summary>
    public Func<IHypervisorPort, ProtocolOptions, IHypervisorHalf>? Hypervisor { get; init; }

    /// <summary>Builds QEMU's half; null for the real one.</summary>
    public Func<IDeviceModelPort, ProtocolOptions, IDeviceModelHalf>? DeviceModel { get; init; }

    /// <summary>Builds the device's half; null for the real one.</summary>
    public Func<IDevicePort, ProtocolOptions, IDeviceHalf>? Device { get; init; }

    public string Name => real.Name;

    public bool WorksWithRegisters => real.WorksWithRegisters;

    public bool UsesDeviceTlb => real.UsesDeviceTlb;

    public bool ClaimsSafety => real.ClaimsSafety;

    public IHypervisorHalf CreateHypervisorHalf(IHypervisorPort port, ProtocolOptions options) =>
        Hypervisor?.Invoke(port, options) ?? real.CreateHypervisorHalf(port, options);

    public IDeviceModelHalf CreateDeviceModelHalf(IDeviceModelPort port, ProtocolOptions options) =>
        DeviceModel?.Invoke(port, options) ?? real.CreateDeviceModelHalf(port, options);

    public IDeviceHalf CreateDeviceHalf(IDevicePort port, ProtocolOptions options) =>
        Device?.Invoke(port, options) ?? real.CreateDeviceHalf(port, options);
}
