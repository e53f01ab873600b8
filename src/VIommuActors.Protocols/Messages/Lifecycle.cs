using VIommuActors.Trace;

namespace VIommuActors.Protocols.Messages;

/// <summary>
/// Machine → party: begin. For a dummy vIOMMU: start up and attach; <paramref name="Again"/> when its process died before, so that its
/// devices are not there yet. For a vCPU: run the guest.
/// </summary>
public sealed record PowerOn(NodeId From, bool Again = false) : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;
}

/// <summary>Machine → unit, device: reset of the platform while nothing is under way: registers as at power on, nothing remembered.</summary>
public sealed record PlatformReset(NodeId From) : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;
}

/// <summary>The hypercalls of a dummy vIOMMU's life, in the order in which it makes them.</summary>
public enum AttachStep
{
    /// <summary>viommu_query of the capabilities; refused unless all that is wanted is offered.</summary>
    QueryCapabilities,

    /// <summary>viommu_create at a page-aligned base.</summary>
    Create,

    /// <summary>dm_op create_ioreq_server.</summary>
    CreateServer,

    /// <summary>dm_op set_ioreq_server_state, enabled.</summary>
    EnableServer,

    /// <summary>event_channel_op bind_interdomain of every slot's vp_eport; only valid after enabling.</summary>
    BindPorts,

    /// <summary>dm_op map_io_range over the unit's page.</summary>
    MapRange,

    /// <summary>dm_op destroy_ioreq_server, then viommu_destroy.</summary>
    Destroy,
}

/// <summary>
/// Dummy vIOMMU → hypervisor: one of its start-up hypercalls. The meaning of the arguments follows <paramref name="Step"/>.
/// </summary>
public sealed record AttachCall(NodeId From, AttachStep Step, int Id, ulong Start, ulong End) : Slotted(From, 0), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Hypercall;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddText("step", Step.ToString());
        fields.AddNumber("id", Id);
    }
}

/// <summary>Hypervisor → dummy: 0 or a negative errno, and the id or capability bits asked for.</summary>
public sealed record AttachReply(NodeId From, AttachStep Step, int Errno, ulong Value) : Slotted(From, 0), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddText("step", Step.ToString());
        fields.AddNumber("errno", Errno);
    }
}

/// <summary>Ioreq server → vIOMMU: an enabled server covers your range now, or no longer does and its process has been reaped.</summary>
public sealed record EmulatorAttached(NodeId From, bool Attached, NodeId Dummy) : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields) => fields.AddBool("attached", Attached);
}

/// <summary>A party's own timer: a vCPU's pause is over, or a crashed party comes back.</summary>
public sealed record Wake(NodeId From, long Token) : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Self;
}

/// <summary>
/// Hypervisor → vCPU: a device can be used, or went away, alone or with its process, and took what it had accepted with it.
/// </summary>
public sealed record DeviceStatus(NodeId From, int Device, bool Present) : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddNumber("device", Device);
        fields.AddBool("present", Present);
    }
}

/// <summary>Hypervisor → vCPU: the domain was crashed because an emulator broke the ioreq protocol.</summary>
public sealed record DomainCrashed(NodeId From) : Message(From), IInternal
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;
}

/// <summary>
/// vIOMMU → vCPU: a message-signalled interrupt, of the unit itself (fault event or invalidation event) or of a device, remapped.
/// </summary>
public sealed record UnitInterrupt(NodeId From, int Unit, ulong Address, uint Data) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Interrupt;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddNumber("unit", Unit);
        fields.Add("addr", Address);
        fields.AddNumber("data", Data);
    }
}
