using System.Collections.Immutable;
using VIommuActors.Protocols.DrainOnInvalidate.Mutants;
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
        new DrainGate(port, IsSelective(options), options.Flag("epochs"));

    /// <inheritdoc/>
    public IDeviceModelHalf CreateDeviceModelHalf(IDeviceModelPort port, ProtocolOptions options) =>
        new DrainCoordinator(port, options.Number("retransmit-ns"));

    /// <inheritdoc/>
    public IDeviceHalf CreateDeviceHalf(IDevicePort port, ProtocolOptions options) => new DrainingDevice(port);

    /// <inheritdoc/>
    public ImmutableArray<Mutant> Mutants => DrainMutants.Of(this);

    /// <summary>Does a drain wait only for what the open invalidations cover?</summary>
    internal static bool IsSelective(ProtocolOptions options) => options.Word("scope") == "selective";
}
