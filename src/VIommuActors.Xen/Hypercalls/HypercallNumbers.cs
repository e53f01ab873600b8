namespace VIommuActors.Xen.Hypercalls;

/// <summary>Hypercall numbers and interface versions. Source: Xen <c>public/xen.h</c>, <c>public/domctl.h</c>.</summary>
public static class HypercallNumbers
{
    /// <summary><c>__HYPERVISOR_memory_op</c>.</summary>
    public const int MemoryOp = 12;

    /// <summary><c>__HYPERVISOR_event_channel_op</c>; subcommands in <see cref="EventChannelOp"/>.</summary>
    public const int EventChannelOp = 32;

    /// <summary><c>__HYPERVISOR_hvm_op</c>.</summary>
    public const int HvmOp = 34;

    /// <summary><c>__HYPERVISOR_domctl</c>; carries <see cref="ViommuOp"/> in this model.</summary>
    public const int Domctl = 36;

    /// <summary><c>__HYPERVISOR_dm_op</c>; subcommands in <see cref="DmOp"/>.</summary>
    public const int DmOp = 41;

    /// <summary><c>XEN_DOMCTL_INTERFACE_VERSION</c> the domctl arguments are laid out for.</summary>
    public const uint DomctlInterfaceVersion = 0x18;
}

/// <summary>Subcommands of hypercall 41 that concern ioreq servers. Source: Xen <c>public/hvm/dm_op.h</c>.</summary>
public enum DmOp
{
    /// <summary>Makes a server, disabled and without ranges.</summary>
    CreateIoreqServer = 1,

    /// <summary>Where the server's shared pages are.</summary>
    GetIoreqServerInfo = 2,

    /// <summary>Gives an address range to a server.</summary>
    MapIoRange = 3,

    /// <summary>Takes a range away.</summary>
    UnmapIoRange = 4,

    /// <summary>Enables or disables a server.</summary>
    SetIoreqServerState = 5,

    /// <summary>Removes a server.</summary>
    DestroyIoreqServer = 6,
}

/// <summary>Subcommands of hypercall 32 that this model carries out. Source: Xen <c>public/event_channel.h</c>.</summary>
public enum EventChannelOp
{
    /// <summary>Connects to an unbound port of another domain.</summary>
    BindInterdomain = 0,

    /// <summary>Frees a port.</summary>
    Close = 3,

    /// <summary>Raises the other end.</summary>
    Send = 4,

    /// <summary>State of a port.</summary>
    Status = 5,

    /// <summary>Makes a port that one named domain may bind to.</summary>
    AllocUnbound = 6,

    /// <summary>Clears the mask bit and delivers what was held back.</summary>
    Unmask = 9,
}
