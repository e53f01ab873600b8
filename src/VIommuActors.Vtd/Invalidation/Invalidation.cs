namespace VIommuActors.Vtd.Invalidation;

/// <summary>Which command opened an invalidation, and so which status tells the guest that it is over.</summary>
public enum InvalidationCommand
{
    /// <summary>IOTLB_REG.IVT; completion clears IVT and reports IAIG.</summary>
    IotlbRegister,

    /// <summary>CCMD.ICC; completion clears ICC and reports CAIG.</summary>
    ContextRegister,

    /// <summary>Queued IOTLB descriptor; completion lets a later wait descriptor finish.</summary>
    QueuedIotlb,

    /// <summary>Queued context-cache descriptor.</summary>
    QueuedContext,

    /// <summary>Queued device-TLB descriptor; the only kind that a device itself completes, and that may time out.</summary>
    QueuedDeviceTlb,

    /// <summary>GCMD.TE changed; completion lets GSTS.TES follow.</summary>
    TranslationEnable,

    /// <summary>GCMD.SRTP; completion lets GSTS.RTPS be set.</summary>
    RootTablePointer,
}

/// <summary>
/// How much an invalidation covers. The numbers are those of IIRG and CIRG except for <see cref="Device"/> and <see cref="Range"/>.
/// </summary>
public enum Granularity
{
    /// <summary>Every domain and device.</summary>
    Global = 1,

    /// <summary>One domain id.</summary>
    Domain = 2,

    /// <summary>Pages of one domain: <see cref="Invalidation.Address"/> and <see cref="Invalidation.Pages"/>.</summary>
    Page = 3,

    /// <summary>One source id under a function mask (context cache).</summary>
    Device = 4,

    /// <summary>A range of one source id (device TLB).</summary>
    Range = 5,
}

/// <summary>An invalidation whose effect on the unit's own caches has happened, and which may still have to wait for others.</summary>
/// <param name="Id">Names it until <see cref="VtdUnit.Complete"/>.</param>
/// <param name="Command">What asked for it.</param>
/// <param name="Granularity">What was done, at least what was asked.</param>
/// <param name="Domain">Valid for domain and page granularity, and for context-device (the old domain).</param>
/// <param name="Source">Valid for device and range granularity.</param>
/// <param name="FunctionMask">FM 0–3 for <see cref="Granularity.Device"/>.</param>
/// <param name="Address">First byte covered, page granularity and ranges.</param>
/// <param name="Pages">Number of 4 KiB pages covered (a power of two); 2^52 stands for everything.</param>
/// <param name="DrainReads">DR asked for and offered by CAP.DRD; true where the command has no such bit.</param>
/// <param name="DrainWrites">DW asked for and offered by CAP.DWD; true where the command has no such bit.</param>
public readonly record struct Invalidation(
    InvalidationId Id,
    InvalidationCommand Command,
    Granularity Granularity,
    DomainId Domain,
    SourceId Source,
    byte FunctionMask,
    Iova Address,
    ulong Pages,
    bool DrainReads,
    bool DrainWrites);
