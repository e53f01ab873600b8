namespace VIommuActors.Scenarios.Model;

/// <summary>How the guest asks the unit to invalidate: VT-d's registers or its in-memory queue.</summary>
public enum InvalidationInterface
{
    /// <summary>IVA_REG, IOTLB_REG and CCMD_REG; the guest polls IVT or ICC.</summary>
    Register,

    /// <summary>Descriptors in memory behind IQT_REG; the guest polls the status word of a wait descriptor.</summary>
    Queued,
}

/// <summary>Kinds of parties that messages travel between.</summary>
public enum PartyKind
{
    /// <summary>A guest CPU.</summary>
    Vcpu,

    /// <summary>The hypervisor's emulated unit.</summary>
    VIommu,

    /// <summary>The hypervisor's ioreq servers and event channels.</summary>
    Ioreq,

    /// <summary>The device model's dummy of a unit.</summary>
    DummyVIommu,

    /// <summary>An emulated device.</summary>
    Device,

    /// <summary>Guest memory as devices reach it.</summary>
    Memory,
}

/// <summary>What kind of DMA a device does.</summary>
public enum DeviceKind
{
    /// <summary>One-shot copies, several in flight.</summary>
    DmaEngine,

    /// <summary>Descriptor rings, scatter-gather, accesses that cross pages.</summary>
    Nic,

    /// <summary>Maps guest memory once and uses it for a long time.</summary>
    Mapper,
}

/// <summary>What the vCPUs do.</summary>
public enum WorkloadKind
{
    /// <summary>Map a buffer, hand it to a device, unmap it, reuse its pages.</summary>
    MapDmaUnmap,

    /// <summary>As <see cref="MapDmaUnmap"/>, with every vCPU invalidating as fast as it can.</summary>
    Storm,

    /// <summary>Attach a device in pass-through, hand it a buffer, detach it by a context-cache invalidation, reuse the pages.</summary>
    AttachDetach,

    /// <summary>Replays what a real driver did, from a recording.</summary>
    Trace,
}

/// <summary>When the guest's driver invalidates, and when it hands pages out again.</summary>
public enum Policy
{
    /// <summary>Every unmap invalidates and waits before the page is reused.</summary>
    Strict,

    /// <summary>Unmaps are collected and invalidated together; pages are reused before that.</summary>
    Deferred,

    /// <summary>Mappings are kept for the next user of the same buffer, within a quota and a time.</summary>
    Optimistic,

    /// <summary>Devices only ever see bounce pages that stay mapped; data is copied.</summary>
    ShadowCopy,
}

/// <summary>The outcome of a run.</summary>
public enum Verdict
{
    /// <summary>Nothing unsafe was seen and the run ended.</summary>
    Held,

    /// <summary>A device touched a page that was no longer its own, or another property broke.</summary>
    Violated,

    /// <summary>A guest waited for ever.</summary>
    Hung,
}
