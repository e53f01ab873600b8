namespace VIommuActors.Scenarios.Model;

/// <summary>Latencies per kind of hop, all in virtual nanoseconds.</summary>
/// <param name="MmioTrap">Exit from the guest for one register access, until the hypervisor's handler runs.</param>
/// <param name="Hypercall">One hypercall of the device model, one way.</param>
/// <param name="Ioreq">Handing one ioreq to the device model or its answer back.</param>
/// <param name="EventChannel">Signalling one event-channel port, until the other side runs.</param>
/// <param name="DmaPerPage">A device's access to one page of guest memory.</param>
/// <param name="Doorbell">The guest's write that starts a DMA request.</param>
/// <param name="Interrupt">A device's or unit's interrupt, until the guest's handler runs.</param>
/// <param name="DeviceModel">Work of the device model per message.</param>
/// <param name="Ats">One ATS message between unit and device, one way.</param>
/// <param name="BouncePerPage">Copying one page to or from a bounce buffer.</param>
/// <param name="GuestOperation">One step of the guest's driver: a PTE store, a list operation.</param>
/// <param name="InvalidationTimeout">How long the guest polls before it gives up (Linux's <c>DMAR_OPERATION_TIMEOUT</c>).</param>
public sealed record Timing(
    long MmioTrap, long Hypercall, long Ioreq, long EventChannel, long DmaPerPage, long Doorbell, long Interrupt, long DeviceModel,
    long Ats, long BouncePerPage, long GuestOperation, long InvalidationTimeout);
