using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Machine;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Actors.Parties;

/// <summary>The injected death of an emulator's thread; its supervisor restarts it with nothing remembered.</summary>
public sealed class EmulatorCrashException(int life, int processLife, long restartAfterNs, bool alone) : Exception("injected crash")
{
    /// <summary>The life that ended, counted from 0.</summary>
    public int Life { get; } = life;

    /// <summary>The life of its process in which that was, counted from 0.</summary>
    public int ProcessLife { get; } = processLife;

    /// <summary>Nanoseconds until the party may be started again; negative for never.</summary>
    public long RestartAfterNs { get; } = restartAfterNs;

    /// <summary>True when its process goes on without it.</summary>
    public bool Alone { get; } = alone;
}

/// <summary>
/// A party that lives in the emulator's process and dies with it, or a device alone. A crash takes its state and whatever it had accepted;
/// the kernel then reaps it, which shows as a fence behind its last access to guest memory. Until it is started again it answers nothing.
/// </summary>
/// <remarks>
/// No party of a process comes back before the whole process has been reaped: the hypervisor would take the new one's requests for
/// the old one's. Calls carry the number of the life that made them, so what is answered to the dead is not heard by the living.
/// <paramref name="life"/> above 0: its predecessors lived in another operating-system process, which is gone and reaped.
/// </remarks>
public abstract class EmulatorPartyActor(NodeId node, IWires wires, GuestNodes nodes, int life, Func<IPort, IParty> build)
    : PartyActor(node, wires)
{
    private const long StartToken = -2;

    private int _life = life, _processLife = life;
    private bool _down, _alone, _reaped, _due;

    /// <summary>Number of the life it is in, or comes back to.</summary>
    protected int Life => _life;

    /// <summary>True between a death and the start of the next life.</summary>
    protected bool IsDown => _down;

    /// <summary>Who is who.</summary>
    protected GuestNodes Nodes => nodes;

    /// <summary>True for a party that can die while its process goes on.</summary>
    protected virtual bool CanDieAlone => false;

    /// <inheritdoc/>
    public override void Send(NodeId to, Message message) => base.Send(to, message is Slotted call ? call.Marked(_life) : message);

    /// <inheritdoc/>
    public override void After(long delayNs, Message message) =>
        base.After(delayNs, message is Slotted note ? note.Marked(_life) : message);

    /// <inheritdoc/>
    protected override IParty Build() => build(this);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        base.PreStart();
        if (_life > 0) Started();
    }

    /// <inheritdoc/>
    protected override void PostRestart(Exception reason)
    {
        Install(null);
        if (reason is EmulatorCrashException crash)
        {
            (_life, _processLife) = (crash.Life, crash.ProcessLife);
            Fall(crash.RestartAfterNs, crash.Alone);
        }
        else Fall(-1, alone: false);
    }

    /// <inheritdoc/>
    protected override void Deliver(Message message)
    {
        switch (message)
        {
            case Crash crash:
                Die(crash);
                break;
            case Wake { Token: <= StartToken } wake:
                // The token names the life, or a death that was overtaken by a larger one would wake it too early.
                if (wake.Token != StartToken - _life) break;
                _due = true;
                Start();
                break;
            case Reaped reaped:
                if (reaped.Life != _life) break;
                _reaped = true;
                Start();
                break;
            case Slotted answer:
                if (!_down && answer.Life == _life) base.Deliver(answer.Unmarked());
                break;
            default:
                if (!_down) base.Deliver(message);
                break;
        }
    }

    private void Start()
    {
        if (!_down || !_due || !_reaped) return;
        _down = false;
        Install(build(this));
        Started();
    }

    /// <summary>Its new life has begun.</summary>
    protected virtual void Started()
    {
    }

    private void Die(Crash crash)
    {
        var alone = crash.Scope == CrashScope.Device && CanDieAlone;
        // A sibling in this life of the process takes along even a party that has not started yet. A plan strikes what runs, if only the
        // process of a device that is down alone.
        if (crash.ProcessLife is { } processLife ? processLife != _processLife : _down && (alone || !_alone)) return;
        if (crash.Scope != CrashScope.Part && !alone) TellSiblings(crash.RestartAfterNs);
        if (!_down) throw new EmulatorCrashException(_life, _processLife, crash.RestartAfterNs, alone);
        Fall(crash.RestartAfterNs, alone: false);
    }

    private void Fall(long restartAfterNs, bool alone)
    {
        _life++;
        if (!alone) _processLife++;
        (_down, _alone, _reaped, _due) = (true, alone, false, false);
        Send(nodes.Memory, new ReapFence(Node, nodes.Hub, alone, _life));
        if (restartAfterNs >= 0) After(restartAfterNs, new Wake(Node, StartToken - _life));
    }

    private void TellSiblings(long restartAfterNs)
    {
        var unit = nodes.ProcessOf(Node);
        var crash = new Crash(Node, restartAfterNs, CrashScope.Part, _processLife);
        if (nodes.Dummies[unit] != Node) Send(nodes.Dummies[unit], crash);
        foreach (var device in nodes.Devices)
        {
            if (device.Unit == unit && device.Node != Node) Send(device.Node, crash);
        }
    }
}

/// <summary>QEMU's dummy vIOMMU.</summary>
public sealed class DummyVIommuActor(NodeId node, IWires wires, GuestNodes nodes, int life, Func<IPort, IParty> build)
    : EmulatorPartyActor(node, wires, nodes, life, build)
{
    /// <summary>Props of a dummy.</summary>
    public static Props Props(NodeId node, IWires wires, GuestNodes nodes, int life, Func<IPort, IParty> build) =>
        PartyProducer<DummyVIommuActor>.Props(() => new DummyVIommuActor(node, wires, nodes, life, build));

    /// <inheritdoc/>
    protected override void Started() => Deliver(new PowerOn(Node, Again: true));
}

/// <summary>An emulated PCI function with DMA.</summary>
public sealed class DmaDeviceActor(NodeId node, IWires wires, GuestNodes nodes, int life, Func<IPort, IParty> build)
    : EmulatorPartyActor(node, wires, nodes, life, build)
{
    /// <summary>Props of a device.</summary>
    public static Props Props(NodeId node, IWires wires, GuestNodes nodes, int life, Func<IPort, IParty> build) =>
        PartyProducer<DmaDeviceActor>.Props(() => new DmaDeviceActor(node, wires, nodes, life, build));

    private bool _takesRequests = true;

    /// <inheritdoc/>
    protected override bool CanDieAlone => true;

    /// <inheritdoc/>
    protected override void Deliver(Message message)
    {
        switch (message)
        {
            case DevicePresence { Step: DeviceStep.Start } start:
                if (IsDown || start.Life != Life || _takesRequests) break;
                _takesRequests = true;
                Announce(DeviceStep.Running);
                break;
            case Doorbell when !_takesRequests:
                // Rung for its predecessor. What drains and invalidates is answered: whoever counts on it already may have asked.
                break;
            default:
                base.Deliver(message);
                break;
        }
    }

    /// <summary>It takes no request before everyone counts on it who would have to wait for it.</summary>
    protected override void Started()
    {
        _takesRequests = false;
        Announce(DeviceStep.Ready);
    }

    private void Announce(DeviceStep step) => Send(Nodes.Hub, new DevicePresence(Node, Node, step, Life));
}
