namespace VIommuActors.Protocols.Messages;

/// <summary>The kind of hop a message takes. Latency and fault rules attach to it.</summary>
public enum Wire : byte
{
    /// <summary>The way back of a synchronous call; its cost is charged on the way in.</summary>
    Return,

    /// <summary>A trapped guest access: exit, emulation and entry.</summary>
    Mmio,

    /// <summary>From the refusing handler to a filled ioreq slot: server selection and the slot's stores.</summary>
    Ioreq,

    /// <summary>An event-channel upcall.</summary>
    EventChannel,

    /// <summary>A hypercall.</summary>
    Hypercall,

    /// <summary>A device's or the hypervisor's access to guest memory; charged per page.</summary>
    Dma,

    /// <summary>ATS requests, invalidations and completions.</summary>
    Ats,

    /// <summary>Inside QEMU: dummy vIOMMU and devices.</summary>
    DeviceModel,

    /// <summary>A guest's doorbell to a device.</summary>
    Doorbell,

    /// <summary>A device's completion interrupt.</summary>
    Interrupt,

    /// <summary>A party's note to itself; carries its own delay.</summary>
    Self,
}

/// <summary>What a message is spent on, so that costs can be told apart.</summary>
public enum Purpose : byte
{
    /// <summary>Neither of the two.</summary>
    Other,

    /// <summary>Part of telling the machine that a mapping is gone.</summary>
    Invalidation,

    /// <summary>Part of moving data.</summary>
    Dma,
}
