using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.DrainOnInvalidate;

/// <summary>
/// The thread's proposal: the vIOMMU flushes, refuses the write, QEMU's dummy vIOMMU takes it, drains what is in flight and
/// reports by hypercall; only then does the guest see completion.
/// </summary>
public sealed class DrainProtocol : IProtocol
{
    /// <inheritdoc/>
    public string Name => "drain";

    /// <inheritdoc/>
    public bool WorksWithRegisters => true;

    /// <inheritdoc/>
    public bool UsesDeviceTlb => false;

    /// <inheritdoc/>
    public bool ClaimsSafety => true;

    /// <inheritdoc/>
    public IHypervisorHalf CreateHypervisorHalf(IHypervisorPort port, ProtocolOptions options) =>
        new DrainGate(port, options.Word("scope") == "selective");

    /// <inheritdoc/>
    public IDeviceModelHalf CreateDeviceModelHalf(IDeviceModelPort port, ProtocolOptions options) =>
        new DrainCoordinator(port, options.Number("retransmit-ns"));

    /// <inheritdoc/>
    public IDeviceHalf CreateDeviceHalf(IDevicePort port, ProtocolOptions options) => new DrainingDevice(port);
}
