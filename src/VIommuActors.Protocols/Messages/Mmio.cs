using VIommuActors.Trace;

namespace VIommuActors.Protocols.Messages;

/// <summary>vCPU → vIOMMU: a trapped access. The vCPU is blocked until <see cref="MmioDone"/>.</summary>
/// <param name="From">The vCPU.</param>
/// <param name="Address">Guest-physical.</param>
/// <param name="Size">Bytes.</param>
/// <param name="IsWrite">Store.</param>
/// <param name="Value">What is stored.</param>
/// <param name="Why">What the guest spends it on: invalidating, or something else such as handling a fault.</param>
public sealed record MmioAccess(
    NodeId From, ulong Address, int Size, bool IsWrite, ulong Value, Purpose Why = Purpose.Invalidation) : Message(From), ISynchronous
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Mmio;

    /// <inheritdoc/>
    public override Purpose Purpose => Why;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.Add("addr", Address);
        fields.AddNumber("size", Size);
        fields.AddBool("write", IsWrite);
        if (IsWrite) fields.Add("value", Value);
    }
}

/// <summary>Hypervisor → vCPU: the access is over, the guest runs on. <paramref name="Value"/> is what a read returned.</summary>
public sealed record MmioDone(NodeId From, ulong Value, Purpose Why = Purpose.Invalidation) : Message(From), ISynchronous
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Return;

    /// <inheritdoc/>
    public override Purpose Purpose => Why;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields) => fields.Add("value", Value);
}

/// <summary>
/// vIOMMU → ioreq server: the handler answered X86EMUL_UNHANDLEABLE although it has acted; route the access to an emulator. A return
/// code inside one hypervisor, so it cannot get lost or come twice: the vCPU's access would be answered twice.
/// </summary>
public sealed record Unhandleable(
    NodeId From, NodeId Vcpu, int VcpuIndex, ulong Address, int Size, bool IsWrite, ulong Value) : Message(From), ISynchronous
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.Ioreq;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Invalidation;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields)
    {
        fields.AddNumber("vcpu", VcpuIndex);
        fields.Add("addr", Address);
        fields.Add("value", Value);
    }
}

/// <summary>An event-channel upcall: one bit, no payload beyond the port. Coalesces while the port is pending.</summary>
public sealed record EventUpcall(NodeId From, int Port) : Message(From)
{
    /// <inheritdoc/>
    public override Wire Wire => Wire.EventChannel;

    /// <inheritdoc/>
    public override Purpose Purpose => Purpose.Invalidation;

    /// <inheritdoc/>
    public override void Describe(ref TraceFields fields) => fields.AddNumber("port", Port);
}
