using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Vtd;

namespace VIommuActors.Protocols.Memcpy.Mutants;

/// <summary>The lock is there, and register writes do not take it.</summary>
internal sealed class Unlocked(IHypervisorPort port, IHypervisorHalf real) : HypervisorHalfTwin(port, real)
{
    public override bool Admit(MmioAccess write) => true;
}

/// <summary>Between the check for copies and the write lies a step, in which a copy can begin.</summary>
internal sealed class CheckedNotHeld(IHypervisorPort port, IHypervisorHalf real) : HypervisorHalfTwin(port, real)
{
    private bool _isChecked, _isWriting;

    public override bool Admit(MmioAccess write)
    {
        if (_isWriting) return true;
        if (!_isChecked && Real.Admit(write))
        {
            _isChecked = true;
            Port.Send(Port.Self, new WriteLater(Port.Self));
        }
        return false;
    }

    public override bool Receive(Message message)
    {
        if (message is not WriteLater) return base.Receive(message);
        _isChecked = false;
        _isWriting = true;
        Port.Resume();
        _isWriting = false;
        return true;
    }
}

/// <summary>A copy is handed to a worker: its access is sent a step after its translation, and nobody waits for it.</summary>
internal sealed class TwoSteps : HypervisorHalfTwin
{
    public TwoSteps(IHypervisorPort port)
        : base(port, new CopyService(new Worker(port)))
    {
    }

    public override bool Admit(MmioAccess write) => true;

    public override bool Receive(Message message)
    {
        if (message is not CopyLater later) return base.Receive(message);
        Port.Send(Port.Memory, later.Access);
        return true;
    }

    private sealed class Worker(IHypervisorPort port) : IHypervisorPort
    {
        public NodeId Self => port.Self;

        public long NowNs => port.NowNs;

        public VtdUnit Unit => port.Unit;

        public NodeId Memory => port.Memory;

        public bool EmulatorAttached => port.EmulatorAttached;

        public NodeId DeviceOf(SourceId source) => port.DeviceOf(source);

        public void Resume() => port.Resume();

        public void After(long delayNs, Message message) => port.After(delayNs, message);

        public void Send(NodeId to, Message message)
        {
            if (message is DmaAccess access) port.Send(port.Self, new CopyLater(port.Self, access));
            else port.Send(to, message);
        }
    }
}

/// <summary>vIOMMU → itself: the write that was let in.</summary>
internal sealed record WriteLater(NodeId From) : Message(From), IInternal
{
    public override Wire Wire => Wire.Self;
}

/// <summary>vIOMMU → itself: the copy whose translation was made before.</summary>
internal sealed record CopyLater(NodeId From, DmaAccess Access) : Message(From), IInternal
{
    public override Wire Wire => Wire.Self;
}
