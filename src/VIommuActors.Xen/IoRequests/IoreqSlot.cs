using VIommuActors.Xen.Events;

namespace VIommuActors.Xen.IoRequests;

/// <summary>What became of <see cref="IoreqSlot.Send"/>.</summary>
public enum IoreqSend
{
    /// <summary>The slot is ready and the vCPU blocked: notify the port now.</summary>
    Sent,

    /// <summary>The emulator left the slot in use or changed its port; nothing was sent and the access is unhandled.</summary>
    Unhandled,
}

/// <summary>What Xen finds when it looks at the slot a vCPU waits for.</summary>
public enum IoreqProgress
{
    /// <summary>The vCPU waits for nothing: the event was spurious.</summary>
    Idle,

    /// <summary>Not answered yet; the vCPU stays blocked.</summary>
    Waiting,

    /// <summary>Answered: the slot is free again and the vCPU goes on with the data.</summary>
    Answered,

    /// <summary>The slot fell back to none, so the emulator is gone: the vCPU goes on, with all ones.</summary>
    EmulatorDied,

    /// <summary>The state went backwards or is none of the four: Xen crashes the domain.</summary>
    DomainCrash,
}

/// <summary>
/// Xen's side of one vCPU's slot: NONE → READY → INPROCESS → RESP_READY → NONE. It trusts nothing in the shared page: the state last
/// seen and the port are kept here. Source: Xen <c>common/ioreq.c</c>.
/// </summary>
public sealed class IoreqSlot
{
    private readonly IoreqPage _page;
    private readonly int _vcpu;
    private IoreqState _seen;

    /// <summary>Enables the slot, which stores the port into the page for the emulator to bind to.</summary>
    /// <param name="page">Shared with the emulator.</param>
    /// <param name="vcpu">Index of the slot.</param>
    /// <param name="port">Xen's port for this vCPU, from <see cref="EventChannels.AllocUnboundForXen"/>.</param>
    public IoreqSlot(IoreqPage page, int vcpu, EventPort port)
    {
        (_page, _vcpu, Port) = (page, vcpu, port);
        page.SetPort(vcpu, port);
    }

    /// <summary>The port to notify after <see cref="IoreqSend.Sent"/>.</summary>
    public EventPort Port { get; }

    /// <summary>True while the vCPU is blocked in Xen for an answer; it executes no guest instruction meanwhile.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>Hands a request to the emulator. Its state and port are filled in here.</summary>
    public IoreqSend Send(in Ioreq request)
    {
        var slot = _page.Read(_vcpu);
        if (IsBlocked || slot.State != IoreqState.None || slot.Port != Port)
        {
            return IoreqSend.Unhandled;
        }

        var sent = request with { Port = Port, State = IoreqState.None };
        _page.Write(_vcpu, sent);
        // Blocked before READY: once the emulator can see the request its answer can come, and must find somebody waiting.
        IsBlocked = true;
        _seen = IoreqState.Ready;
        _page.Write(_vcpu, sent with { State = IoreqState.Ready });
        return IoreqSend.Sent;
    }

    /// <summary>Looks at the slot after an event, or before the vCPU may enter the guest.</summary>
    /// <param name="data">The answer; all ones when there is none.</param>
    public IoreqProgress Check(out ulong data)
    {
        data = ulong.MaxValue;
        if (!IsBlocked)
        {
            return IoreqProgress.Idle;
        }

        var slot = _page.Read(_vcpu);
        if (slot.State == IoreqState.None)
        {
            IsBlocked = false;
            return IoreqProgress.EmulatorDied;
        }

        if (slot.State < _seen || slot.State > IoreqState.ResponseReady)
        {
            IsBlocked = false;
            return IoreqProgress.DomainCrash;
        }

        _seen = slot.State;
        if (_seen != IoreqState.ResponseReady)
        {
            return IoreqProgress.Waiting;
        }

        data = slot.Data;
        IsBlocked = false;
        _page.SetState(_vcpu, IoreqState.None);
        return IoreqProgress.Answered;
    }
}
