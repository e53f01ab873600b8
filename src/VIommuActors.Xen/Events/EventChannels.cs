using VIommuActors.Xen.Hypercalls;

namespace VIommuActors.Xen.Events;

/// <summary>
/// The event channels of a host: per domain a table of ports, each of which carries one bit. Not thread-safe: it belongs to the
/// hypervisor. Source: Xen <c>common/event_channel.c</c>, <c>common/event_2l.c</c>.
/// </summary>
/// <remarks>
/// The per-vCPU selector word, which merges the upcalls of several ports, is left out: every port has one consumer here, and
/// <see cref="EventSignal.Upcall"/> is that consumer's edge.
/// </remarks>
public sealed class EventChannels
{
    /// <summary>Ports of one domain in the 64-bit 2-level interface, the reserved port 0 included.</summary>
    public const int MaxPorts = 4096;

    private readonly Dictionary<XenDomainId, List<Channel>> _tables = [];

    /// <summary>Makes a port of <paramref name="owner"/> that only <paramref name="remote"/> may bind to.</summary>
    /// <returns><see cref="XenErrno.ENOSPC"/> when all ports are in use.</returns>
    public XenErrno AllocUnbound(XenDomainId owner, XenDomainId remote, out EventPort port) =>
        Alloc(owner, remote, vcpu: null, out port);

    /// <summary>
    /// The same for a port whose consumer is Xen: an event on it wakes <paramref name="vcpu"/>, which is parked inside Xen, and sets
    /// no bit. Xen makes one per vCPU of an ioreq server.
    /// </summary>
    /// <returns><see cref="XenErrno.ENOSPC"/> when all ports are in use.</returns>
    public XenErrno AllocUnboundForXen(XenDomainId owner, XenDomainId remote, int vcpu, out EventPort port) =>
        Alloc(owner, remote, vcpu, out port);

    /// <summary>
    /// Connects a new port of <paramref name="caller"/> to an unbound port made for it. The new port starts pending, because events
    /// sent while nobody was bound were dropped; the signal is therefore for the caller itself, and may be spurious.
    /// </summary>
    /// <returns>
    /// <see cref="XenErrno.EINVAL"/> when the remote port is not unbound or was made for another domain;
    /// <see cref="XenErrno.ENOSPC"/> when the caller has no free port.
    /// </returns>
    public EventSignal BindInterdomain(XenDomainId caller, XenDomainId remote, EventPort remotePort, out EventPort localPort)
    {
        localPort = default;
        var far = Find(remote, remotePort);
        if (far is not { State: EventChannelState.Unbound } || far.Remote != caller)
        {
            return new EventSignal(XenErrno.EINVAL);
        }

        if (!TryFree(caller, out var near, out localPort))
        {
            return new EventSignal(XenErrno.ENOSPC);
        }

        near.Connect(remote, remotePort);
        far.Connect(caller, localPort);
        return Raise(near, caller, localPort);
    }

    /// <summary>Raises the far end of <paramref name="port"/>. On an unbound port the event is lost, and that is a success.</summary>
    /// <returns><see cref="XenErrno.EINVAL"/> when the port is closed, invalid, or attached to Xen.</returns>
    public EventSignal Send(XenDomainId caller, EventPort port)
    {
        var channel = Find(caller, port);
        return channel is null || channel.ForXen ? new EventSignal(XenErrno.EINVAL) : Notify(channel);
    }

    /// <summary>Xen raises the far end of one of its own ports. It never fails: where nobody is bound nothing happens.</summary>
    public EventSignal NotifyFromXen(XenDomainId owner, EventPort port)
    {
        var channel = Find(owner, port);
        return channel is { ForXen: true } ? Notify(channel) : default;
    }

    /// <summary>The consumer stops upcalls for a port; its pending bit goes on collecting.</summary>
    /// <returns><see cref="XenErrno.EINVAL"/> when the port is closed or invalid.</returns>
    public XenErrno Mask(XenDomainId owner, EventPort port)
    {
        if (Find(owner, port) is not { } channel)
        {
            return XenErrno.EINVAL;
        }

        channel.Masked = true;
        return XenErrno.None;
    }

    /// <summary>The unmask operation: allows upcalls again, and delivers one at once when the bit is set.</summary>
    /// <returns><see cref="XenErrno.EINVAL"/> when the port is closed or invalid.</returns>
    public EventSignal Unmask(XenDomainId owner, EventPort port)
    {
        if (Find(owner, port) is not { } channel)
        {
            return new EventSignal(XenErrno.EINVAL);
        }

        var delivers = channel is { Masked: true, Pending: true };
        channel.Masked = false;
        return new EventSignal(XenErrno.None, delivers, owner, port, channel.Vcpu);
    }

    /// <summary>
    /// The consumer clears the mask bit in shared memory, without the hypercall. A bit that was set meanwhile raises no upcall: the
    /// way to lose a wakeup that <see cref="Unmask"/> exists to prevent.
    /// </summary>
    /// <returns><see cref="XenErrno.EINVAL"/> when the port is closed or invalid.</returns>
    public XenErrno ClearMaskBit(XenDomainId owner, EventPort port)
    {
        if (Find(owner, port) is not { } channel)
        {
            return XenErrno.EINVAL;
        }

        channel.Masked = false;
        return XenErrno.None;
    }

    /// <summary>True while the bit of a port is set; false for a closed port.</summary>
    public bool IsPending(XenDomainId owner, EventPort port) => Find(owner, port) is { Pending: true };

    /// <summary>
    /// The consumer takes the event. It must do this before it looks at what the event is about: the other order loses what happens
    /// in between.
    /// </summary>
    /// <returns>Whether the bit was set.</returns>
    public bool ClearPending(XenDomainId owner, EventPort port)
    {
        if (Find(owner, port) is not { Pending: true } channel)
        {
            return false;
        }

        channel.Pending = false;
        return true;
    }

    /// <summary>Frees a port. The other end of a connection becomes unbound again, for the same domain.</summary>
    /// <returns><see cref="XenErrno.EINVAL"/> when the port is closed, invalid, or attached to Xen.</returns>
    public XenErrno Close(XenDomainId owner, EventPort port)
    {
        var channel = Find(owner, port);
        if (channel is null || channel.ForXen)
        {
            return XenErrno.EINVAL;
        }

        Free(channel, owner);
        return XenErrno.None;
    }

    /// <summary>Xen frees a port of its own, with the ioreq server it was made for. A port that is not Xen's is left alone.</summary>
    public void CloseFromXen(XenDomainId owner, EventPort port)
    {
        if (Find(owner, port) is { ForXen: true } channel)
        {
            Free(channel, owner);
        }
    }

    /// <summary>Everything about a port; a number that was never handed out is closed.</summary>
    public EventChannelStatus Status(XenDomainId owner, EventPort port) =>
        Find(owner, port) is { } c
            ? new EventChannelStatus(c.State, c.Remote, c.RemotePort, c.Pending, c.Masked)
            : default;

    private XenErrno Alloc(XenDomainId owner, XenDomainId remote, int? vcpu, out EventPort port)
    {
        if (!TryFree(owner, out var channel, out port))
        {
            return XenErrno.ENOSPC;
        }

        channel.Reset(EventChannelState.Unbound, remote, vcpu);
        return XenErrno.None;
    }

    private EventSignal Notify(Channel channel) =>
        channel.State == EventChannelState.Interdomain && Find(channel.Remote, channel.RemotePort) is { } far
            ? Raise(far, channel.Remote, channel.RemotePort)
            : default;

    private static EventSignal Raise(Channel channel, XenDomainId owner, EventPort port)
    {
        // Xen's own consumer is a function call; it neither sets nor tests the bit, so nothing of it can coalesce.
        if (channel.ForXen)
        {
            return new EventSignal(XenErrno.None, Upcall: true, owner, port, channel.Vcpu);
        }

        var edge = !channel.Pending;
        channel.Pending = true;
        return new EventSignal(XenErrno.None, edge && !channel.Masked, owner, port);
    }

    private void Free(Channel channel, XenDomainId owner)
    {
        if (channel.State == EventChannelState.Interdomain && Find(channel.Remote, channel.RemotePort) is { } far)
        {
            far.Disconnect(owner);
        }

        channel.Reset(EventChannelState.Closed, default, vcpu: null);
    }

    private Channel? Find(XenDomainId domain, EventPort port) =>
        _tables.TryGetValue(domain, out var table) && port.Value < table.Count
            && table[(int)port.Value] is { State: not EventChannelState.Closed } channel
            ? channel
            : null;

    private bool TryFree(XenDomainId domain, out Channel channel, out EventPort port)
    {
        if (!_tables.TryGetValue(domain, out var table))
        {
            _tables[domain] = table = [new Channel()];
        }

        var index = 1;
        while (index < table.Count && table[index].State != EventChannelState.Closed)
        {
            index++;
        }

        if (index == MaxPorts)
        {
            (channel, port) = (table[0], default);
            return false;
        }

        if (index == table.Count)
        {
            table.Add(new Channel());
        }

        (channel, port) = (table[index], new EventPort((uint)index));
        return true;
    }

    /// <summary>One port. Closed is the state of a fresh one, and of port 0 for ever.</summary>
    private sealed class Channel
    {
        public EventChannelState State { get; private set; }

        public XenDomainId Remote { get; private set; }

        public EventPort RemotePort { get; private set; }

        public int? Vcpu { get; private set; }

        public bool Pending { get; set; }

        public bool Masked { get; set; }

        public bool ForXen => Vcpu is not null;

        public void Reset(EventChannelState state, XenDomainId remote, int? vcpu)
        {
            (State, Remote, RemotePort, Vcpu) = (state, remote, default, vcpu);
            (Pending, Masked) = (false, false);
        }

        public void Connect(XenDomainId remote, EventPort remotePort) =>
            (State, Remote, RemotePort) = (EventChannelState.Interdomain, remote, remotePort);

        public void Disconnect(XenDomainId remote) =>
            (State, Remote, RemotePort) = (EventChannelState.Unbound, remote, default);
    }
}
