using System.Collections.Immutable;
using VIommuActors.Protocols.Common;
using VIommuActors.Protocols.Memcpy.Mutants;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.Memcpy;

/// <summary>
/// "Memcpy with translation": the hypervisor translates and moves the bytes in one step; a device never holds a translation.
/// </summary>
public sealed class MemcpyProtocol : IProtocol
{
    /// <inheritdoc/>
    public string Name => "memcpy";

    /// <inheritdoc/>
    public bool WorksWithRegisters => true;

    /// <inheritdoc/>
    public bool UsesDeviceTlb => false;

    /// <inheritdoc/>
    public bool ClaimsSafety => true;

    /// <inheritdoc/>
    public IHypervisorHalf CreateHypervisorHalf(IHypervisorPort port, ProtocolOptions options) => new CopyService(port);

    /// <inheritdoc/>
    public IDeviceModelHalf CreateDeviceModelHalf(IDeviceModelPort port, ProtocolOptions options) => IdleDeviceModel.Instance;

    /// <inheritdoc/>
    public IDeviceHalf CreateDeviceHalf(IDevicePort port, ProtocolOptions options) => new CopyingDevice(port);

    /// <inheritdoc/>
    public ImmutableArray<Mutant> Mutants => MemcpyMutants.Of(this);
}
