using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using VIommuActors.Actors;
using VIommuActors.Blueprints.Building;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Blueprints.Figures;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Figures;
using VIommuActors.Experiments.Running;
using VIommuActors.Exploration;
using VIommuActors.Machine;
using VIommuActors.Machine.Mutants;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios.Model;
using VIommuActors.Seeds;
using VIommuActors.Simulation;
using VIommuActors.Trace;

namespace VIommuActors.Experiments.Exploring;

/// <summary>A scenario's machine under search: the product's own actors, built anew for each schedule, with time taken out.</summary>
/// <remarks>
/// Guests share no memory, so RAM frames of different guests must not look alike to a search: only scenarios of one guest are taken.
/// The scenario's own <c>faults</c> strike by dice and by the clock and have no place here; see <see cref="InjectedFaults"/>.
/// </remarks>
public sealed class MachineWorld : IWorld, IDisposable
{
    /// <summary>What <see cref="Check"/> says of a guest that neither ended its work nor broke a property.</summary>
    public const string Stuck = "stuck";

    /// <summary>How long what crashed stays down, in virtual nanoseconds, which pass only when nothing else can happen.</summary>
    public const long RestartAfterNs = 1_000;

    private const long ShortestDelayNs = 100_000;

    private readonly SimSystem _system;
    private readonly Scenario _scenario;
    private readonly IProtocol _protocol;
    private readonly MachineParts _parts;
    private readonly SeededRandom _random;
    private readonly RecordingShelf _recordings = new();
    private readonly TracedSteps _steps = new();
    private readonly Dictionary<IActorRef, Message> _crashes = new(ReferenceEqualityComparer.Instance);
    private SimulatedMachine? _machine;
    private UntimedWires? _wires;
    private RunFigures? _figures;

    /// <summary>
    /// A world for <paramref name="scenario"/> under <paramref name="protocol"/>, with <paramref name="mutant"/> in it if one is given;
    /// <paramref name="seed"/> decides the workload's own draws.
    /// </summary>
    /// <exception cref="UnsupportedCombinationException">
    /// More than one guest, a design that cannot run it, or another design's defect.
    /// </exception>
    public MachineWorld(SimSystem system, Scenario scenario, string protocol, ulong seed, Mutant? mutant = null)
    {
        _system = system;
        _scenario = scenario;
        _random = new SeededRandom(seed);
        var real = Compatibility.Require(scenario, protocol);
        if (scenario.Topology.Guests != 1) throw new UnsupportedCombinationException(
            "topology.guests", $"{scenario.Topology.Guests}", "a search takes scenarios of one guest", "1");
        if (mutant is not null && mutant.Protocol != protocol) throw new UnsupportedCombinationException(
            "protocol", protocol, $"{mutant.Name} is a defect of {mutant.Protocol}", mutant.Protocol);
        _protocol = mutant?.Twin ?? real;
        _parts = (mutant as MachineMutant)?.Parts ?? MachineParts.Real;
        var repeats = scenario.ProtocolOptions.TryGetValue(protocol, out var options) && options.TryGetValue("retransmit-ns", out var text)
            ? long.Parse(text, CultureInfo.InvariantCulture) : 0;
        DelayNs = Math.Max(ShortestDelayNs, 2 * repeats);
    }

    /// <summary>What no search of a machine explores, one sentence each.</summary>
    public static ImmutableArray<string> Bounds { get; } =
    [
        "Start-up has one order in every schedule: orders are searched from the first step of the work.",
        "Timers, restarts and delayed messages come only when nothing else can happen.",
    ];

    /// <summary>Where every step and every violation goes, or null; meant for one schedule, such as a replay.</summary>
    public ITraceSink? Trace { get; init; }

    /// <summary>
    /// The faults that the search places. They strike as soon as the guest has started up; a crash can come in place of any message but
    /// the machine's own bookkeeping. Of two parties in one process a dummy vIOMMU takes the process along and a device dies alone, unless
    /// only <c>dummy-viommu</c> may crash: then whoever of the process is struck takes it along.
    /// </summary>
    public SearchFaults InjectedFaults { get; init; } = SearchFaults.None;

    /// <summary>
    /// How late a delayed message comes, in virtual nanoseconds: after everything that could happen without it, and later than a design
    /// that repeats itself (<c>retransmit-ns</c>) would wait.
    /// </summary>
    public long DelayNs { get; }

    /// <summary>A schedule of this many steps was cut: what had not ended by then is not held against it.</summary>
    public long MaxSteps { get; init; } = long.MaxValue;

    /// <summary>Ends a schedule with the first breach of safety; what would have come after it is left out.</summary>
    public bool StopsAtBreach { get; init; }

    /// <summary>What the last schedule came to.</summary>
    public RunFigures? Figures => _figures;

    /// <inheritdoc/>
    public LaneFaults? Faults
    {
        get
        {
            var faults = InjectedFaults;
            if (faults is { Budget: 0 } or { Kinds: LaneFaultKinds.None }) return null;
            return new LaneFaults((_, _, message) => _wires is { IsWorking: true } ? KindsFor(faults, message) : LaneFaultKinds.None)
            {
                DropsPerLane = faults.Budget,
                DuplicatesPerLane = faults.Budget,
                ReordersPerLane = faults.Budget,
                DelaysPerLane = faults.Budget,
                DelayNs = DelayNs,
                CrashesPerReceiver = faults.Budget,
                CrashWith = receiver => _crashes.GetValueOrDefault(receiver),
                Total = faults.Budget,
            };
        }
    }

    /// <inheritdoc/>
    public IStepObserver? Observer => Trace is { IsEnabled: true } ? _steps : null;

    /// <summary>True when it is safety that a property named by <see cref="Check"/> stands for, false for liveness.</summary>
    public static bool IsSafety(string property) =>
        Properties.All.Any(known => Properties.IsSafety(known) && Properties.NameOf(known) == property);

    /// <inheritdoc/>
    public void Begin(SimKernel kernel)
    {
        _figures = null;
        kernel.BeginWorld();
        var work = WorkPlan.For(_scenario, _protocol, _random.Derive("workload"), _recordings, ram => new SharedRam(ram, kernel.Touch));
        _machine = new SimulatedMachine(
            _system, _scenario, _protocol, work, (table, _, meter) => _wires = new UntimedWires(kernel, table, meter), Trace, timed: false,
            parts: _parts);
        PlanCrashes(_machine.Layout);
        if (Trace is { IsEnabled: true } sink) _steps.Begin(_machine.RecorderFor(sink), sink, kernel);
        if (StopsAtBreach) _machine.Stop(violation => Properties.IsSafety(violation.Property));
        _machine.PowerOn();
    }

    /// <inheritdoc/>
    public string? Check()
    {
        var isCut = _machine!.IsStopped || _system.Kernel.Steps >= MaxSteps;
        _figures = _machine.Close(isCut ? RunEnd.StepLimit : RunEnd.Quiescent);
        return Broken(_figures);
    }

    /// <inheritdoc/>
    public void End(SimKernel kernel)
    {
        kernel.DropPending();
        _machine?.Dispose();
        (_machine, _wires) = (null, null);
    }

    /// <summary>Ends a schedule that was given up half way.</summary>
    public void Dispose() => _machine?.Dispose();

    private static LaneFaultKinds KindsFor(SearchFaults faults, object message)
    {
        if (message is not Message known || known is IInternal) return LaneFaultKinds.None;
        // A call and its return on one host cannot be lost, but either end of it can die.
        return message is not ISynchronous && faults.Strikes(known.Name)
            ? faults.Kinds
            : faults.Kinds & LaneFaultKinds.Crash;
    }

    private void PlanCrashes(MachineLayout layout)
    {
        _crashes.Clear();
        foreach (var guest in layout.Guests)
        {
            if (InjectedFaults.Crashes(PlannedCrashes.Vcpu)) Plan(guest.Vcpus, PlannedCrashes.Vcpu);
            if (InjectedFaults.Crashes(PlannedCrashes.DummyVIommu)) Plan(guest.Dummies, PlannedCrashes.DummyVIommu);
            var devices = guest.Devices.Select(device => device.Node);
            if (InjectedFaults.Crashes(PlannedCrashes.Device)) Plan(devices, PlannedCrashes.Device);
            else if (InjectedFaults.Crashes(PlannedCrashes.DummyVIommu)) Plan(devices, PlannedCrashes.DummyVIommu);
        }

        void Plan(IEnumerable<NodeId> parties, string name)
        {
            foreach (var party in parties) _crashes.Add(layout.Table[party], PlannedCrashes.MessageFor(name, RestartAfterNs));
        }
    }

    private static string? Broken(RunFigures figures)
    {
        foreach (var property in Properties.All)
        {
            if (figures[property] > 0) return Properties.NameOf(property);
        }
        return figures.Verdict == Verdict.Held ? null : Stuck;
    }
}
