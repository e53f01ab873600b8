using Akka.Actor;
using VIommuActors.Actors.Wiring;
using VIommuActors.Machine;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;

namespace VIommuActors.Actors.Parties;

/// <summary>The injected death of an emulator's thread; its supervisor restarts it with nothing remembered.</summary>
public sealed class EmulatorCrashException(int life, long restartAfterNs) : Exception("injected crash")
{
    /// <summary>The life that ended, counted from 0.</summary>
    public int Life { get; } = life;

    /// <summary>Nanoseconds until the process is started again; negative for never.</summary>
    public long RestartAfterNs { get; } = restartAfterNs;
}

/// <summary>
/// A party that lives in the emulator's process and dies with it. A crash takes its state and whatever it had accepted; the kernel then
/// reaps it, which shows as a fence behind its last access to guest memory. Until it is started again it answers nothing.
/// </summary>
/// <remarks>
/// No party of a process comes back before the whole process has been reaped: the hypervisor would take the new one's requests for
/// the old one's. Calls carry the number of the life that made them, so what is answered to the dead is not heard by the living.
/// </remarks>
public abstract class EmulatorPartyActor(NodeId node, IWires wires, GuestNodes nodes, Func<IPort, IParty> build) : PartyActor(node, wires)
{
    private const long StartToken = -2;

    private int _life;
    private bool _down, _reaped, _due;

    /// <inheritdoc/>
    public override void Send(NodeId to, Message message) => base.Send(to, message is Slotted call ? call.Marked(_life) : message);

    /// <inheritdoc/>
    public override void After(long delayNs, Message message) =>
        base.After(delayNs, message is Slotted note ? note.Marked(_life) : message);

    /// <inheritdoc/>
    protected override IParty Build() => build(this);

    /// <inheritdoc/>
    protected override void PostRestart(Exception reason)
    {
        Install(null);
        _down = true;
        Send(nodes.Memory, new ReapFence(Node, nodes.Hub));
        if (reason is not EmulatorCrashException crash) return;
        _life = crash.Life + 1;
        if (crash.RestartAfterNs >= 0) After(crash.RestartAfterNs, new Wake(Node, StartToken));
    }

    /// <inheritdoc/>
    protected override void Deliver(Message message)
    {
        switch (message)
        {
            case Crash crash when !_down:
                throw new EmulatorCrashException(_life, crash.RestartAfterNs);
            case Wake { Token: StartToken }:
                _due = true;
                Start();
                break;
            case Reaped:
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

    /// <summary>The process runs again.</summary>
    protected virtual void Started()
    {
    }
}

/// <summary>QEMU's dummy vIOMMU.</summary>
public sealed class DummyVIommuActor(NodeId node, IWires wires, GuestNodes nodes, Func<IPort, IParty> build)
    : EmulatorPartyActor(node, wires, nodes, build)
{
    /// <summary>Props of a dummy.</summary>
    public static Props Props(NodeId node, IWires wires, GuestNodes nodes, Func<IPort, IParty> build) =>
        Akka.Actor.Props.Create(() => new DummyVIommuActor(node, wires, nodes, build));

    /// <inheritdoc/>
    protected override void Started() => Deliver(new PowerOn(Node));
}

/// <summary>An emulated PCI function with DMA.</summary>
public sealed class DmaDeviceActor(NodeId node, IWires wires, GuestNodes nodes, Func<IPort, IParty> build)
    : EmulatorPartyActor(node, wires, nodes, build)
{
    /// <summary>Props of a device.</summary>
    public static Props Props(NodeId node, IWires wires, GuestNodes nodes, Func<IPort, IParty> build) =>
        Akka.Actor.Props.Create(() => new DmaDeviceActor(node, wires, nodes, build));

}
