using Akka.Actor;
using VIommuActors.Actors;
using VIommuActors.Actors.Wiring;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Guest.Cpu;
using VIommuActors.Machine;
using VIommuActors.Protocols.Messages;
using VIommuActors.Seeds;

namespace VIommuActors.RealTime.Scaling;

/// <summary>
/// Parent of one guest's parties: <c>/user/guests/g17</c>. It builds them, starts them, lets their work begin, and tells its own parent
/// when the last vCPU has ended. Parties tell each other directly; no message of theirs comes by here.
/// </summary>
internal sealed class GuestActor(int number, RunState state, GuestDispatcher threads) : UntypedActor
{
    private readonly Gate _gate = new();
    private GuestNodes? _nodes;
    private NodeTable? _table;
    private int _processes, _atGate, _isReady;

    /// <summary>What a guest's parent is told of it, and what it tells a guest.</summary>
    public enum Note
    {
        /// <summary>It boots no more: every vCPU of the guest waits at the gate, or it has ended. Comes once.</summary>
        Ready,

        /// <summary>Its last vCPU has ended.</summary>
        Ended,

        /// <summary>To the guest: its work begins.</summary>
        Begin,
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        try
        {
            Build();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            state.Fail($"g{number}", failure);
        }
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ActorIdentity when --_processes == 0:
                // Emulators have bound their parties by now; the dummies attach, and the vCPUs are started by that.
                foreach (var dummy in _nodes!.Dummies) _table![dummy].Tell(new PowerOn(NodeId.None), Self);
                break;
            case Note.Begin:
                PlanCrashes();
                _gate.Open();
                break;
            case ActorIdentity:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private void Build()
    {
        var parent = Context.Parent;
        var vcpus = state.Plan.Scenario.Topology.Vcpus;
        var live = state.Guests[number] = new LiveGuest(
            state,
            number,
            threads,
            cpu =>
            {
                if (Interlocked.Increment(ref _atGate) == vcpus) TellReady(parent);
                return _gate.Pass(cpu);
            },
            () =>
            {
                // One that fails while it boots boots no more.
                TellReady(parent);
                parent.Tell(Note.Ended);
            });
        _table = new NodeTable();
        var faults = MessageFaults.From(
            state.Plan.Scenario, new SeededRandom(state.Plan.Seed).Derive("faults").Derive($"guest-{number}"));
        var direct = new DirectWires(_table, state.Clock, live.Record, threads, Failed);
        IWires wires = faults is null ? direct : new FaultyWires(direct, faults, live.Record.Count);
        var layout = new MachineLayout(live.Machine, wires, _table, place: threads.Place);
        faults?.Bind(new PartyKinds(layout));
        _nodes = layout.Guests[0];
        layout.StartHypervisorHalf(Context);
        var processes = layout.StartDeviceModelHalf(Context);
        _processes = processes.Length;
        foreach (var process in processes) process.Tell(new Identify(null), Self);
    }

    private void TellReady(IActorRef parent)
    {
        if (Interlocked.Exchange(ref _isReady, 1) == 0) parent.Tell(Note.Ready);
    }

    private void PlanCrashes()
    {
        foreach (var (atNs, party, message) in PlannedCrashes.Of(state.Plan.Scenario, _nodes!))
        {
            var actor = _table![party];
            Timers.After(atNs, () => actor.Tell(message, ActorRefs.NoSender));
        }
    }

    private void Failed(NodeId party, Exception reason) => state.Fail($"g{number}/{_table!.NameOf(party)}", reason);
}
