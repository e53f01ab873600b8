using VIommuActors.Experiments.Building;
using VIommuActors.Experiments.Figures;
using VIommuActors.Experiments.Running;
using VIommuActors.Exploration;
using VIommuActors.Oracle;
using VIommuActors.Protocols;
using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios.Model;
using VIommuActors.Simulation;

namespace VIommuActors.Experiments.Exploring;

/// <summary>A scenario's machine under search: the product's own actors, built anew for each schedule, with time taken out.</summary>
/// <remarks>
/// Guests share no memory, so RAM frames of different guests must not look alike to a search: only scenarios of one guest are taken.
/// </remarks>
public sealed class MachineWorld : IWorld, IDisposable
{
    private readonly SimSystem _system;
    private readonly Scenario _scenario;
    private readonly IProtocol _protocol;
    private readonly SimRandom _random;
    private readonly RecordingShelf _recordings = new();
    private SimulatedMachine? _machine;
    private RunFigures? _figures;

    /// <summary>
    /// A world for <paramref name="scenario"/> under <paramref name="protocol"/>; <paramref name="seed"/> decides the workload's own draws.
    /// </summary>
    /// <exception cref="UnsupportedCombinationException">More than one guest, or a design that cannot run it.</exception>
    public MachineWorld(SimSystem system, Scenario scenario, string protocol, ulong seed)
    {
        _system = system;
        _scenario = scenario;
        _random = new SimRandom(seed);
        _protocol = ProtocolCatalog.Find(protocol) ?? throw new UnsupportedCombinationException(
            "protocol", protocol, "there is no such design", string.Join(", ", ProtocolCatalog.All.Select(known => known.Name)));
        if (scenario.Topology.Guests != 1) throw new UnsupportedCombinationException(
            "topology.guests", $"{scenario.Topology.Guests}", "a search takes scenarios of one guest", "1");
        if (!_protocol.WorksWithRegisters && scenario.Invalidation == InvalidationInterface.Register)
            throw new UnsupportedCombinationException(
                "invalidation", "register", $"{protocol} needs invalidation = queued", "queued");
    }

    /// <summary>What the last schedule came to.</summary>
    public RunFigures? Figures => _figures;

    /// <inheritdoc/>
    public void Begin(SimKernel kernel)
    {
        _figures = null;
        kernel.BeginWorld();
        var work = WorkPlan.For(_scenario, _protocol, _random.Derive("workload"), _recordings, ram => new SharedRam(ram, kernel.Touch));
        _machine = new SimulatedMachine(
            _system, _scenario, _protocol, work, (table, _, meter) => new UntimedWires(kernel, table, meter), trace: null, timed: false);
        _machine.PowerOn();
    }

    /// <inheritdoc/>
    public string? Check()
    {
        _figures = _machine!.Close(RunEnd.Quiescent);
        foreach (var property in Properties.All)
        {
            if (_figures[property] > 0) return Properties.NameOf(property);
        }
        return _figures.Verdict == Verdict.Held ? null : "stuck";
    }

    /// <inheritdoc/>
    public void End(SimKernel kernel)
    {
        kernel.DropPending();
        _machine?.Dispose();
        _machine = null;
    }

    /// <summary>Ends a schedule that was given up half way.</summary>
    public void Dispose() => _machine?.Dispose();
}
