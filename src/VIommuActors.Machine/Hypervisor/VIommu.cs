using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Invalidation;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Machine.Hypervisor;

/// <summary>Told what a unit does that a message does not show: for traces and for the replay of recorded drivers.</summary>
public interface IUnitObserver
{
    /// <summary>A descriptor was fetched.</summary>
    void Fetched(int guest, int unit, ulong low, ulong high);

    /// <summary>A wait's status was written.</summary>
    void Status(int guest, int unit, GuestPhysical address, uint data);
}

/// <summary>The hypervisor's emulated unit of one guest: the register model behind trapped accesses and hypercalls.</summary>
public sealed class VIommu : IParty, IVtdHost, IHypervisorPort
{
    private readonly IPort _port;
    private readonly GuestNodes _nodes;
    private readonly int _index;
    private readonly IHypervisorHalf _half;
    private readonly IUnitObserver? _observer;
    private readonly Queue<MmioAccess> _held = new();
    private readonly HashSet<NodeId> _gone = [];

    /// <summary>Builds the unit in its power-on state.</summary>
    public VIommu(
        IPort port, GuestNodes nodes, int index, VtdOptions options, IGuestMemory memory, IProtocol protocol,
        ProtocolOptions protocolOptions, IUnitObserver? observer)
    {
        _port = port;
        _nodes = nodes;
        _index = index;
        _observer = observer;
        Unit = new VtdUnit(options, memory, this);
        _half = protocol.CreateHypervisorHalf(this, protocolOptions);
    }

    /// <inheritdoc/>
    public VtdUnit Unit { get; }

    /// <inheritdoc/>
    public NodeId Self => _port.Self;

    /// <inheritdoc/>
    public long NowNs => _port.NowNs;

    /// <inheritdoc/>
    public NodeId Memory => _nodes.Memory;

    /// <inheritdoc/>
    public bool EmulatorAttached { get; private set; }

    /// <inheritdoc/>
    public void Receive(Message message)
    {
        switch (message)
        {
            case MmioAccess access:
                Access(access);
                break;
            case InterruptRequest request:
                var remapped = Unit.RemapInterrupt(request.Source, request.Address, request.Data);
                if (remapped.Ok) _port.Send(_nodes.Vcpus[0], new UnitInterrupt(Self, _index, remapped.Address, remapped.Data));
                break;
            case EmulatorAttached attached:
                EmulatorAttached = attached.Attached;
                _gone.Clear();
                if (!attached.Attached) _half.EmulatorGone();
                break;
            case DevicePresence presence:
                Presence(presence);
                break;
            case PlatformReset:
                Unit.Reset();
                break;
            default:
                if (!_half.Receive(message)) throw new UnhandledMessageException(message, $"viommu {_index}");
                break;
        }
    }

    private void Presence(DevicePresence presence)
    {
        var device = presence.Device;
        // One that is expected without having gone: its predecessor left unseen, with its process.
        if (_gone.Add(device)) _half.DeviceGone(_nodes.Devices[_nodes.IndexOfDevice(device)].Source);
        if (presence.Step != DeviceStep.Expected) return;
        _gone.Remove(device);
        _port.Send(_nodes.Hub, presence with { From = Self });
    }

    private void Access(MmioAccess access)
    {
        if (!access.IsWrite)
            _port.Send(
                access.From, new MmioDone(Self, Unit.Read((uint)(access.Address - _nodes.UnitBases[_index]), access.Size), access.Why));
        else if (_held.Count > 0 || !_half.Admit(access)) _held.Enqueue(access);
        else Write(access);
    }

    private void Write(MmioAccess access)
    {
        Unit.Write((uint)(access.Address - _nodes.UnitBases[_index]), access.Size, access.Value);
        if (!_half.Refuses())
        {
            _port.Send(access.From, new MmioDone(Self, 0, access.Why));
            return;
        }
        var vcpu = _nodes.Vcpus.IndexOf(access.From);
        _port.Send(_nodes.Hub, new Unhandleable(Self, access.From, vcpu, access.Address, access.Size, access.IsWrite, access.Value));
    }

    /// <inheritdoc/>
    public void Resume()
    {
        // Each blocked vCPU has one access here, so the queue is bounded by their number.
        while (_held.TryPeek(out var access) && _half.Admit(access))
        {
            _held.Dequeue();
            Write(access);
        }
    }

    /// <inheritdoc/>
    public NodeId DeviceOf(SourceId source)
    {
        foreach (var device in _nodes.Devices)
        {
            if (device.Source == source && device.Unit == _index) return _gone.Contains(device.Node) ? NodeId.None : device.Node;
        }
        return NodeId.None;
    }

    /// <inheritdoc/>
    public void Send(NodeId to, Message message) => _port.Send(to, message);

    /// <inheritdoc/>
    public void After(long delayNs, Message message) => _port.After(delayNs, message);

    bool IVtdHost.Flushed(in Invalidation invalidation) => _half.Flushed(invalidation);

    void IVtdHost.VisitSources(Action<SourceId> visit)
    {
        foreach (var device in _nodes.Devices)
            if (device.Unit == _index) visit(device.Source);
    }

    void IVtdHost.SendMessage(GuestPhysical address, uint data) =>
        _port.Send(_nodes.Vcpus[0], new UnitInterrupt(Self, _index, address.Value, data));

    void IVtdHost.DescriptorFetched(ulong low, ulong high) => _observer?.Fetched(_nodes.Guest, _index, low, high);

    void IVtdHost.StatusWritten(GuestPhysical address, uint data) => _observer?.Status(_nodes.Guest, _index, address, data);
}
