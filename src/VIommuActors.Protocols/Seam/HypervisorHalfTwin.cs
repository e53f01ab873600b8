using VIommuActors.Protocols.Messages;
using VIommuActors.Vtd.Invalidation;

namespace VIommuActors.Protocols.Seam;

/// <summary>A hypervisor half that passes everything to the real one; a defect overrides what it does wrong.</summary>
internal abstract class HypervisorHalfTwin(IHypervisorPort port, IHypervisorHalf real) : IHypervisorHalf
{
    protected IHypervisorPort Port { get; } = port;

    protected IHypervisorHalf Real { get; } = real;

    public virtual bool Admit(MmioAccess write) => Real.Admit(write);

    public virtual bool Flushed(in Invalidation invalidation) => Real.Flushed(invalidation);

    public virtual bool Refuses() => Real.Refuses();

    public virtual bool Receive(Message message) => Real.Receive(message);

    public virtual void EmulatorGone() => Real.EmulatorGone();
}
