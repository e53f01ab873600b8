using Akka.Actor;
using VIommuActors.Actors;
using VIommuActors.Actors.Wiring;
using VIommuActors.Blueprints.Building;
using VIommuActors.Blueprints.Faults;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Experiments.Figures;
using VIommuActors.Oracle;
using VIommuActors.Protocols;
using VIommuActors.Protocols.Messages;
using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios.Model;
using VIommuActors.Seeds;
using VIommuActors.Simulation;

namespace VIommuActors.Experiments.Running;

/// <summary>Runs scenarios in virtual time on one simulated actor system, which is reused from run to run. One thread.</summary>
public sealed class ScenarioRunner : IDisposable
{
    private readonly SimSystem _system = SimSystem.Create("viommu");
    private readonly RecordingShelf _recordings = new();

    /// <summary>Message kinds that fault rules may name.</summary>
    public static IReadOnlyCollection<string> MessageNames => MessageFaults.Names;

    /// <summary>Parties that fault rules may name.</summary>
    public static IReadOnlyCollection<string> PartyNames { get; } = PlannedCrashes.Names;

    /// <summary>Names of the protocols that can run a scenario at all (ats only with queued invalidation).</summary>
    public static IReadOnlyList<string> ProtocolsFor(Scenario scenario) =>
        [.. ProtocolCatalog.All.Where(protocol => Compatibility.Problem(scenario, protocol) is null).Select(protocol => protocol.Name)];

    /// <summary>Why a protocol cannot run a scenario; null when it can.</summary>
    public static UnsupportedCombinationException? WhyNot(Scenario scenario, string protocol) =>
        ProtocolCatalog.Find(protocol) is { } known ? Compatibility.Problem(scenario, known) : null;

    /// <summary>Runs to the end, or to a limit.</summary>
    /// <exception cref="UnsupportedCombinationException">The protocol does not work with the scenario's invalidation interface.</exception>
    /// <exception cref="FormatException">The plan has no node for one of the halves.</exception>
    public RunResult Run(RunRequest request, CancellationToken cancel = default)
    {
        var scenario = request.Scenario;
        var protocol = Compatibility.Require(scenario, request.Protocol);

        var kernel = _system.Kernel;
        var random = new SeededRandom(request.Seed);
        var work = WorkPlan.For(scenario, protocol, random.Derive("workload"), _recordings);
        var faults = MessageFaults.From(scenario, random.Derive("faults"));
        var course = request.Plan is { } plan ? new PlanCourse(plan, work.Guests.Length, random.Derive("plan")) : null;
        var links = course is null ? null : new PlannedLinks(request.Plan!, course, _system, request.Trace);
        kernel.BeginWorld();
        using var machine = new SimulatedMachine(
            _system,
            scenario,
            protocol,
            work,
            (table, nodes, meter) => new SimWires(_system, table, nodes, scenario.Timing, faults, meter, request.Trace, links),
            request.Trace);
        faults?.Bind(new PartyKinds(machine.Layout));
        links?.Bind(machine.Layout);
        StepRecorder? recorder = request.Trace is { IsEnabled: true } sink ? machine.RecorderFor(sink) : null;
        kernel.BeginRun(new RandomChoice(random.Derive("schedule")), recorder);
        machine.PowerOn();
        CrashSchedule.Plan(scenario, machine.Layout, kernel);
        links?.Plan(machine.Layout);
        var ending = kernel.Run(scenario.Limits.Steps, scenario.Limits.VirtualNs, cancel);
        var figures = machine.Close(ending);
        var result = new RunResult(figures, EndingOf(ending, machine.Monitor, cancel), kernel.Steps);
        return course is null ? result : result with { Panicked = [.. machine.Monitor.Panicked] };
    }

    /// <inheritdoc/>
    public void Dispose() => _system.Dispose();

    private static RunEnding EndingOf(RunEnd ending, RunMonitor monitor, CancellationToken cancel) => ending switch
    {
        RunEnd.StepLimit => RunEnding.StepLimit,
        RunEnd.TimeLimit => RunEnding.TimeLimit,
        RunEnd.Stopped when cancel.IsCancellationRequested && monitor.Running > 0 => RunEnding.Cancelled,
        _ => RunEnding.Complete,
    };
}
