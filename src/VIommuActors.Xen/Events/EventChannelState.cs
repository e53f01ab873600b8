namespace VIommuActors.Xen.Events;

/// <summary>State of a port as <c>EVTCHNOP_status</c> reports it. Source: Xen <c>public/event_channel.h</c>.</summary>
public enum EventChannelState
{
    /// <summary>Free.</summary>
    Closed = 0,

    /// <summary>Waits for the named domain to bind.</summary>
    Unbound = 1,

    /// <summary>Connected to a port of another domain.</summary>
    Interdomain = 2,

    /// <summary>A physical interrupt; not modelled, listed for the number.</summary>
    PhysicalIrq = 3,

    /// <summary>A virtual interrupt; not modelled, listed for the number.</summary>
    VirtualIrq = 4,

    /// <summary>Between vCPUs of one domain; not modelled, listed for the number.</summary>
    Ipi = 5,
}

/// <summary>Answer to <c>EVTCHNOP_status</c>.</summary>
/// <param name="State">State of the port.</param>
/// <param name="Remote">Unbound: who may bind; interdomain: who is at the other end.</param>
/// <param name="RemotePort">The other end; 0 unless interdomain.</param>
/// <param name="Pending">The one bit.</param>
/// <param name="Masked">Whether upcalls are held back.</param>
public readonly record struct EventChannelStatus(
    EventChannelState State, Hypercalls.XenDomainId Remote, EventPort RemotePort, bool Pending, bool Masked);
