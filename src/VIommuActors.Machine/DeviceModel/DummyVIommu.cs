using System.Collections.Immutable;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Xen.Events;
using VIommuActors.Xen.Hypercalls;

namespace VIommuActors.Machine.DeviceModel;

/// <summary>
/// QEMU's xen-vIOMMU: no translation logic of its own. It attaches to the hypervisor's unit, takes the writes that the hypervisor
/// passes on, answers each ioreq at once, and leaves the rest to the protocol's half.
/// </summary>
public class DummyVIommu : IParty, IDeviceModelPort
{
    private const ulong Wanted = (ulong)ViommuCapabilities.SecondLevel;

    private readonly IPort _port;
    private readonly GuestNodes _nodes;
    private readonly int _index;
    private readonly SharedPages _shared;
    private readonly IDeviceModelHalf _half;
    private readonly int[] _ports;
    private readonly ImmutableArray<NodeId> _all;
    private int _bound;

    /// <summary>The dummy for unit <paramref name="index"/>.</summary>
    public DummyVIommu(IPort port, GuestNodes nodes, int index, SharedPages shared, IProtocol protocol, ProtocolOptions options)
    {
        _port = port;
        _nodes = nodes;
        _index = index;
        _shared = shared;
        _ports = new int[nodes.Vcpus.Length];
        _all = [.. nodes.Devices.Where(device => device.Unit == index).Select(device => device.Node)];
        Devices = _all;
        _half = protocol.CreateDeviceModelHalf(this, options);
    }

    /// <inheritdoc/>
    public NodeId Self => _port.Self;

    /// <inheritdoc/>
    public long NowNs => _port.NowNs;

    /// <inheritdoc/>
    public NodeId Hypervisor => _nodes.Units[_index];

    /// <inheritdoc/>
    public ImmutableArray<NodeId> Devices { get; private set; }

    /// <inheritdoc/>
    public virtual void Receive(Message message)
    {
        switch (message)
        {
            case PowerOn power:
                if (power.Again) Devices = [];
                Call(AttachStep.QueryCapabilities);
                break;
            case AttachReply reply:
                Attach(reply);
                break;
            case EventUpcall upcall:
                Serve(upcall.Port);
                break;
            case DevicePresence presence:
                Presence(presence);
                break;
            default:
                if (!_half.Receive(message)) throw new UnhandledMessageException(message, $"dummy vIOMMU {_index}");
                break;
        }
    }

    /// <inheritdoc/>
    public void Send(NodeId to, Message message) => _port.Send(to, message);

    /// <inheritdoc/>
    public void After(long delayNs, Message message) => _port.After(delayNs, message);

    private void Presence(DevicePresence presence)
    {
        if (Devices.Contains(presence.Device))
        {
            Devices = Devices.Remove(presence.Device);
            _half.DeviceGone(presence.Device);
        }
        if (presence.Step != DeviceStep.Expected) return;
        Devices = [.. _all.Where(device => device == presence.Device || Devices.Contains(device))];
        _port.Send(_nodes.Hub, presence with { From = Self });
    }

    private void Attach(AttachReply reply)
    {
        if (reply.Errno != 0) throw new InvalidOperationException($"{reply.Step} failed with {(XenErrno)(-reply.Errno)}");
        switch (reply.Step)
        {
            case AttachStep.QueryCapabilities:
                // All that is wanted must be offered; being offered more is fine.
                if ((reply.Value & Wanted) != Wanted)
                    throw new InvalidOperationException($"the hypervisor offers 0x{reply.Value:x}, 0x{Wanted:x} is wanted");
                Call(AttachStep.Create, start: _nodes.UnitBases[_index]);
                break;
            case AttachStep.Create:
                Call(AttachStep.CreateServer);
                break;
            case AttachStep.CreateServer:
                Call(AttachStep.EnableServer, (int)reply.Value);
                break;
            case AttachStep.EnableServer:
                // Only now do the slots hold their ports.
                Call(AttachStep.BindPorts, _bound = 0);
                break;
            case AttachStep.BindPorts:
                _ports[_bound++] = (int)reply.Value;
                if (_bound < _ports.Length) Call(AttachStep.BindPorts, _bound);
                else Call(AttachStep.MapRange, start: _nodes.UnitBases[_index], end: _nodes.UnitBases[_index] + 0xfff);
                break;
        }
    }

    /// <summary>An upcall: the bit first, then the page; the other order loses a request that comes in between.</summary>
    protected virtual void Serve(int port)
    {
        Clear(port);
        Look();
    }

    /// <summary>Clears the pending bit of a port.</summary>
    protected void Clear(int port) => _shared.ClearPending(new EventPort((uint)port));

    /// <summary>Takes what stands in the slots, and answers it.</summary>
    protected void Look()
    {
        for (var vcpu = 0; vcpu < _ports.Length; vcpu++)
        {
            if (!_shared.Page.TryTake(vcpu, out var request)) continue;
            if (!request.IsRead) _half.Forwarded(request.Address, request.Data);
            if (_shared.Page.TryRespond(vcpu, ulong.MaxValue)) _port.Send(_nodes.Hub, new EventUpcall(Self, _ports[vcpu]));
        }
    }

    private void Call(AttachStep step, int id = 0, ulong start = 0, ulong end = 0) =>
        _port.Send(_nodes.Hub, new AttachCall(Self, step, id, start, end));
}
