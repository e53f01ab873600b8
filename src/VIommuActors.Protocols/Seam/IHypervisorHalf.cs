using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Invalidation;

namespace VIommuActors.Protocols.Seam;

/// <summary>What the vIOMMU offers a protocol's hypervisor half.</summary>
public interface IHypervisorPort : IPort
{
    /// <summary>The register model. Translate through it; complete invalidations on it.</summary>
    VtdUnit Unit { get; }

    /// <summary>Guest memory.</summary>
    NodeId Memory { get; }

    /// <summary>The device that uses a source id behind this unit; none if there is no such device, or it is gone.</summary>
    NodeId DeviceOf(SourceId source);

    /// <summary>True while an emulator serves the unit's range, so that someone can hold translations.</summary>
    bool EmulatorAttached { get; }

    /// <summary>Writes that <see cref="IHypervisorHalf.Admit"/> held back may be tried again.</summary>
    void Resume();
}

/// <summary>
/// The hypervisor's half of a design: what happens between the unit's own flush and
/// the guest's completion, and how devices are served.
/// </summary>
public interface IHypervisorHalf
{
    /// <summary>
    /// May this trapped write reach the unit now? False holds it (the vCPU stays
    /// blocked) until <see cref="IHypervisorPort.Resume"/>.
    /// </summary>
    bool Admit(MmioAccess write) => true;

    /// <summary>
    /// The unit dropped what <paramref name="invalidation"/> covers. True: complete. False: this half will complete it on the unit.
    /// </summary>
    bool Flushed(in Invalidation invalidation);

    /// <summary>
    /// After a write reached the unit: true answers X86EMUL_UNHANDLEABLE, so that the same write goes on to the emulator.
    /// </summary>
    bool Refuses() => false;

    /// <summary>A message of this design's conversation. False: not one of ours.</summary>
    bool Receive(Message message);

    /// <summary>The emulator process is gone and can touch nothing any more.</summary>
    void EmulatorGone()
    {
    }

    /// <summary>One device is gone and can touch nothing any more; it answers nothing that it was asked.</summary>
    void DeviceGone(SourceId source)
    {
    }
}
