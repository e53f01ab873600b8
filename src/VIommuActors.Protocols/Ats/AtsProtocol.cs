using System.Collections.Immutable;
using VIommuActors.Protocols.Ats.Mutants;
using VIommuActors.Protocols.Common;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Protocols.Ats;

/// <summary>
/// ATS: devices cache translations openly, and the guest invalidates each device's TLB. The wait descriptor behind those
/// invalidations completes when every device has completed its own.
/// </summary>
public sealed class AtsProtocol : IProtocol
{
    /// <inheritdoc/>
    public string Name => "ats";

    /// <inheritdoc/>
    public bool WorksWithRegisters => false;

    /// <inheritdoc/>
    public bool UsesDeviceTlb => true;

    /// <inheritdoc/>
    public bool ClaimsSafety => true;

    /// <inheritdoc/>
    public IHypervisorHalf CreateHypervisorHalf(IHypervisorPort port, ProtocolOptions options) =>
        new RootComplex(port, options.Number("invalidate-timeout-ns"));

    /// <inheritdoc/>
    public IDeviceModelHalf CreateDeviceModelHalf(IDeviceModelPort port, ProtocolOptions options) => IdleDeviceModel.Instance;

    /// <inheritdoc/>
    public IDeviceHalf CreateDeviceHalf(IDevicePort port, ProtocolOptions options) => new AtsDevice(port, EntriesOf(options));

    /// <inheritdoc/>
    public ImmutableArray<Mutant> Mutants => AtsMutants.Of(this);

    /// <summary>Capacity of a device TLB.</summary>
    internal static int EntriesOf(ProtocolOptions options) => (int)options.Number("tlb-entries");
}
