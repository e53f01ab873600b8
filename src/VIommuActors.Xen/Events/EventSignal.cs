using VIommuActors.Xen.Hypercalls;

namespace VIommuActors.Xen.Events;

/// <summary>What an event-channel operation leaves to be done: at most one upcall.</summary>
/// <param name="Error">What the caller gets.</param>
/// <param name="Upcall">
/// True when a consumer has to be woken. False when the bit was set already, is masked, or has nobody to go to: one bit carries no
/// count, so further sends before the consumer clears it change nothing.
/// </param>
/// <param name="Domain">Whose port was raised.</param>
/// <param name="Port">The port that was raised.</param>
/// <param name="WakesVcpu">
/// The vCPU that waits inside Xen for this port, when Xen itself is the consumer (ioreq ports); null when it is the domain's kernel.
/// </param>
public readonly record struct EventSignal(
    XenErrno Error, bool Upcall = false, XenDomainId Domain = default, EventPort Port = default, int? WakesVcpu = null);
