using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Xen.Events;
using VIommuActors.Xen.Hypercalls;
using VIommuActors.Xen.IoRequests;

namespace VIommuActors.Machine.Hypervisor;

/// <summary>
/// The ioreq side of the hypervisor for one guest: takes accesses that a handler refused, picks the server, fills the vCPU's slot,
/// raises its port, and lets the vCPU go when the slot has been answered.
/// </summary>
public sealed class IoreqServer : IParty
{
    private readonly IPort _port;
    private readonly GuestNodes _nodes;
    private readonly EventChannels _channels;
    private readonly Emulator[] _emulators;
    private readonly IoreqServers _servers = new();
    private readonly XenDomainId _guest;
    private readonly DeviceRoll _devices;
    private bool _unpaused;

    /// <summary>One emulator per dummy vIOMMU; <paramref name="pages"/> are what it shares with each.</summary>
    public IoreqServer(IPort port, GuestNodes nodes, EventChannels channels, IReadOnlyList<SharedPages> pages)
    {
        _port = port;
        _nodes = nodes;
        _channels = channels;
        _guest = new XenDomainId((ushort)(nodes.Guest + 1));
        _devices = new DeviceRoll(port, nodes);
        _emulators = [.. pages.Select((shared, index) => new Emulator(index, shared, nodes.Vcpus.Length))];
    }

    /// <inheritdoc/>
    public void Receive(Message message)
    {
        switch (message)
        {
            case Unhandleable refused:
                Forward(refused);
                break;
            case MmioAccess access:
                // No internal handler claims the address: the same path, without a handler's detour.
                Forward(new Unhandleable(
                    access.From, access.From, _nodes.Vcpus.IndexOf(access.From), access.Address, access.Size, access.IsWrite,
                    access.Value));
                break;
            case EventUpcall upcall:
                Notified(upcall);
                break;
            case AttachCall call:
                Attach(call);
                break;
            case Reaped reaped:
                if (reaped.Alone) DeviceGone(reaped);
                else PartyGone(reaped);
                break;
            case DevicePresence presence:
                Presence(presence);
                break;
            default:
                throw new UnhandledMessageException(message, "ioreq server");
        }
    }

    private void Forward(Unhandleable refused)
    {
        var request = refused.IsWrite
            ? Ioreq.MmioWrite(refused.Address, refused.Value, (uint)refused.Size)
            : Ioreq.MmioRead(refused.Address, (uint)refused.Size);
        var emulator = _servers.Select(request) is { } id ? Array.Find(_emulators, e => e.Server == id) : null;
        if (emulator is null || emulator.Slots[refused.VcpuIndex] is not { } slot || slot.Send(request) != IoreqSend.Sent)
        {
            // Xen's null handler: writes vanish, reads are all ones, and the guest goes on.
            _port.Send(refused.Vcpu, new MmioDone(_port.Self, ulong.MaxValue));
            return;
        }
        EventSignal signal;
        lock (_channels)
        {
            signal = _channels.NotifyFromXen(_guest, slot.Port);
        }
        if (signal.Upcall) _port.Send(_nodes.Dummies[emulator.Index], new EventUpcall(_port.Self, (int)signal.Port.Value));
    }

    private void Notified(EventUpcall upcall)
    {
        var index = _nodes.Dummies.IndexOf(upcall.From);
        EventSignal signal;
        lock (_channels)
        {
            signal = _channels.Send(_emulators[index].Shared.Emulator, new EventPort((uint)upcall.Port));
        }
        if (signal is { Upcall: true, WakesVcpu: { } vcpu }) Look(_emulators[index], vcpu);
    }

    private void Look(Emulator emulator, int vcpu)
    {
        if (emulator.Slots[vcpu] is not { } slot) return;
        switch (slot.Check(out var data))
        {
            case IoreqProgress.Answered or IoreqProgress.EmulatorDied:
                _port.Send(_nodes.Vcpus[vcpu], new MmioDone(_port.Self, data));
                break;
            case IoreqProgress.DomainCrash:
                foreach (var node in _nodes.Vcpus) _port.Send(node, new DomainCrashed(_port.Self));
                break;
        }
    }

    private void Attach(AttachCall call)
    {
        var index = _nodes.Dummies.IndexOf(call.From);
        var emulator = _emulators[index];
        var caller = emulator.Shared.Emulator;
        if (call.Step == AttachStep.QueryCapabilities) emulator.Caller = call.Life;
        // A hypercall that the dead had under way when they were reaped would leave behind what nobody owns.
        if (call.Life != emulator.Caller) return;
        var (error, value) = call.Step switch
        {
            AttachStep.QueryCapabilities =>
                (XenErrno.None, (ulong)(ViommuCapabilities.SecondLevel | ViommuCapabilities.InterruptRemapping)),
            AttachStep.Create => Create(index, call.Start),
            AttachStep.CreateServer => CreateServer(emulator, caller),
            AttachStep.EnableServer => (Enable(emulator, caller), 0UL),
            AttachStep.BindPorts => Bind(emulator, caller, call.Id),
            AttachStep.MapRange => (_servers.Map(caller, emulator.Server ?? default, IoRangeType.Memory, call.Start, call.End), 0UL),
            AttachStep.Destroy => (Destroy(emulator, call.Id), 0UL),
            _ => (XenErrno.ENOSYS, 0UL),
        };
        _port.Send(call.From, new AttachReply(_port.Self, call.Step, -(int)error, value) { Slot = call.Slot });
        if (call.Step == AttachStep.MapRange && error == XenErrno.None) Attached(emulator);
    }

    private (XenErrno, ulong) Create(int index, ulong baseAddress)
    {
        if ((baseAddress & 0xfff) != 0) return (XenErrno.EINVAL, 0);
        // The guest's units were laid out with it; an emulator that comes back finds the one it had.
        var id = _nodes.UnitBases.IndexOf(baseAddress);
        return id == index ? (XenErrno.None, (ulong)id) : (XenErrno.ENODEV, 0);
    }

    private (XenErrno, ulong) CreateServer(Emulator emulator, XenDomainId caller)
    {
        if (emulator.Server is not null) return (XenErrno.EEXIST, 0);
        var error = _servers.Create(caller, out var id);
        if (error == XenErrno.None) emulator.Server = id;
        return (error, id.Value);
    }

    private XenErrno Enable(Emulator emulator, XenDomainId caller)
    {
        var error = _servers.SetEnabled(caller, emulator.Server ?? default, true);
        if (error != XenErrno.None) return error;
        for (var vcpu = 0; vcpu < emulator.Slots.Length; vcpu++)
        {
            EventPort port;
            lock (_channels)
            {
                error = _channels.AllocUnboundForXen(_guest, caller, vcpu, out port);
            }
            if (error != XenErrno.None) return error;
            emulator.Slots[vcpu] = new IoreqSlot(emulator.Shared.Page, vcpu, port);
        }
        return XenErrno.None;
    }

    private (XenErrno, ulong) Bind(Emulator emulator, XenDomainId caller, int vcpu)
    {
        if (vcpu < 0 || vcpu >= emulator.Slots.Length || emulator.Slots[vcpu] is null) return (XenErrno.EINVAL, 0);
        EventSignal signal;
        EventPort local;
        lock (_channels)
        {
            signal = _channels.BindInterdomain(caller, _guest, emulator.Shared.Page.Read(vcpu).Port, out local);
        }
        // A fresh binding starts pending; the emulator has to stand this first, spurious event.
        if (signal.Upcall) _port.Send(_nodes.Dummies[emulator.Index], new EventUpcall(_port.Self, (int)local.Value));
        return (signal.Error, local.Value);
    }

    private void Attached(Emulator emulator)
    {
        emulator.Attached = true;
        _port.Send(_nodes.Units[emulator.Index], new EmulatorAttached(_port.Self, true, _nodes.Dummies[emulator.Index]));
        TellDevices(emulator, present: true);
        _devices.Attached(emulator.Index);
        if (_unpaused || !Array.TrueForAll(_emulators, e => e.Attached)) return;
        // As the toolstack does: the domain is unpaused once its device models are ready.
        _unpaused = true;
        foreach (var vcpu in _nodes.Vcpus) _port.Send(vcpu, new PowerOn(_port.Self));
    }

    /// <summary>
    /// viommu_destroy, the last call of an orderly end: the emulator has stopped its devices before, so whoever waits for it may go on.
    /// </summary>
    private XenErrno Destroy(Emulator emulator, int id)
    {
        if (id != emulator.Index || emulator.Server is null) return XenErrno.ENOENT;
        Detach(emulator);
        return XenErrno.None;
    }

    private void PartyGone(Reaped reaped)
    {
        var unit = _nodes.ProcessOf(reaped.Party);
        if (unit < 0) return;
        var emulator = _emulators[unit];
        if (!emulator.Reaped.TryAdd(reaped.Party, reaped.Life)) return;
        var parties = 1 + _nodes.Devices.Count(device => device.Unit == unit);
        if (emulator.Reaped.Count < parties) return;

        // The whole process is reaped: nothing of it can touch memory any more, so whoever waits for it may go on.
        Detach(emulator);
        for (var device = 0; device < _nodes.Devices.Length; device++)
        {
            if (_nodes.Devices[device].Unit == unit) _devices.GoneWithProcess(device);
        }
        MayStart(_nodes.Dummies[unit]);
        foreach (var device in _nodes.Devices)
        {
            if (device.Unit == unit) MayStart(device.Node);
        }
        emulator.Reaped.Clear();

        void MayStart(NodeId party) => _port.Send(party, new Reaped(_port.Self, party, Alone: false, emulator.Reaped[party]));
    }

    /// <summary>A device was pulled out, or its thread died: its process goes on without it.</summary>
    private void DeviceGone(Reaped reaped)
    {
        var device = _nodes.IndexOfDevice(reaped.Party);
        if (device < 0) return;
        _devices.Gone(device);
        if (_emulators[_nodes.Devices[device].Unit].Attached) TellVcpus(device, present: false);
        _port.Send(reaped.Party, reaped with { From = _port.Self });
    }

    private void Presence(DevicePresence presence)
    {
        var device = _nodes.IndexOfDevice(presence.Device);
        if (device < 0) return;
        var attached = _emulators[_nodes.Devices[device].Unit].Attached;
        if (_devices.Take(device, presence, attached) && attached) TellVcpus(device, present: true);
    }

    /// <summary>Forgets an emulator: its slots fall back to NONE, its ports and server go, unit and guest are told.</summary>
    private void Detach(Emulator emulator)
    {
        emulator.Attached = false;
        emulator.Caller = null;
        emulator.Shared.Page.ResetStates();
        for (var vcpu = 0; vcpu < emulator.Slots.Length; vcpu++)
        {
            Look(emulator, vcpu);
            if (emulator.Slots[vcpu] is not { } slot) continue;
            lock (_channels)
            {
                // The ports go with their process; a successor binds its own.
                _channels.Close(emulator.Shared.Emulator, _channels.Status(_guest, slot.Port).RemotePort);
                _channels.CloseFromXen(_guest, slot.Port);
            }
            emulator.Slots[vcpu] = null;
        }
        if (emulator.Server is { } server) _servers.Destroy(emulator.Shared.Emulator, server);
        emulator.Server = null;
        _port.Send(_nodes.Units[emulator.Index], new EmulatorAttached(_port.Self, false, _nodes.Dummies[emulator.Index]));
        TellDevices(emulator, present: false);
    }

    private void TellDevices(Emulator emulator, bool present)
    {
        for (var device = 0; device < _nodes.Devices.Length; device++)
        {
            if (_nodes.Devices[device].Unit == emulator.Index && _devices.IsRunning(device)) TellVcpus(device, present);
        }
    }

    private void TellVcpus(int device, bool present)
    {
        foreach (var vcpu in _nodes.Vcpus) _port.Send(vcpu, new DeviceStatus(_port.Self, device, present));
    }

    private sealed class Emulator(int index, SharedPages shared, int vcpus)
    {
        public int Index { get; } = index;

        public SharedPages Shared { get; } = shared;

        public IoreqSlot?[] Slots { get; } = new IoreqSlot?[vcpus];

        /// <summary>Parties of a dying process that are reaped, and the life that may follow.</summary>
        public Dictionary<NodeId, int> Reaped { get; } = [];

        public IoreqServerId? Server { get; set; }

        public bool Attached { get; set; }

        /// <summary>The life of the process that attaches or is attached; null when there is none.</summary>
        public int? Caller { get; set; }
    }
}
