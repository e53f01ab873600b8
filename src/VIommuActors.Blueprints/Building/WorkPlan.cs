using System.Collections.Immutable;
using VIommuActors.Actors;
using VIommuActors.Blueprints.Verdicts;
using VIommuActors.Guest.Driver;
using VIommuActors.Guest.Recording;
using VIommuActors.Guest.Replay;
using VIommuActors.Machine.Hypervisor;
using VIommuActors.Oracle;
using VIommuActors.Protocols.Seam;
using VIommuActors.Scenarios;
using VIommuActors.Scenarios.Model;
using VIommuActors.Seeds;
using VIommuActors.Vtd;
using VIommuActors.Vtd.Memory;

namespace VIommuActors.Blueprints.Building;

/// <summary>The guests of a run and, for a replayed recording, what compares it.</summary>
public sealed class WorkPlan
{
    /// <summary>RAM kept above a recording's own for the tables between root and leaf.</summary>
    private const ulong TableRoom = 16UL << 20;

    private WorkPlan(ImmutableArray<GuestSpec> guests) => Guests = guests;

    /// <summary>What to build.</summary>
    public ImmutableArray<GuestSpec> Guests { get; }

    /// <summary>Watches the units, for a replay.</summary>
    public IUnitObserver? Observer { get; private init; }

    /// <summary>How a replay compares to its recording.</summary>
    public ReplayReport? Replay { get; private init; }

    /// <summary>Plans a scenario's work.</summary>
    /// <exception cref="RecordedTraceException">The recording cannot be read.</exception>
    public static WorkPlan For(
        Scenario scenario, IProtocol protocol, SeededRandom random, RecordingShelf shelf,
        Func<IGuestMemory, IGuestMemory>? untimed = null) =>
        scenario.Workload.Kind == WorkloadKind.Trace
            ? Replaying(scenario, protocol, random, shelf.Get(scenario.Workload.File!))
            : new WorkPlan(MachineBuilder.Guests(scenario, protocol, random, untimed));

    private static WorkPlan Replaying(Scenario scenario, IProtocol protocol, SeededRandom random, ReplayScript script)
    {
        var ramBytes = (ulong)scenario.Topology.RamMib << 20;
        var file = scenario.Workload.File!;
        if (script.TopAddress + TableRoom > ramBytes)
        {
            var needed = (script.TopAddress + TableRoom) >> 20;
            throw new UnsupportedCombinationException(
                "topology.ram-mib",
                $"{scenario.Topology.RamMib}",
                $"the recording {file} reaches guest-physical 0x{script.TopAddress:x}, and its tables need room above",
                $"at least {needed}");
        }
        var recorded = script.Recording.Summary.Interface;
        var asked = scenario.Invalidation == InvalidationInterface.Queued ? RecordedInterface.Queued : RecordedInterface.Register;
        if (recorded != asked && recorded is (RecordedInterface.Queued or RecordedInterface.Register))
        {
            throw new UnsupportedCombinationException(
                "invalidation",
                scenario.Invalidation == InvalidationInterface.Queued ? "queued" : "register",
                $"the driver of {file} invalidated otherwise",
                recorded == RecordedInterface.Queued ? "queued" : "register");
        }
        var summary = script.Recording.Summary;
        var recordedUnit = summary is { Cap: { } cap, Ecap: { } ecap }
            ? Offered(file, cap, ecap)
            : MachineBuilder.UnitOptions(scenario, protocol);
        var group = scenario.Topology.Devices[0];
        var profile = MachineBuilder.Profile(group, scenario.Timing);
        var report = new ReplayReport();
        var settings = new ReplaySettings
        {
            UnitBase = MachineBuilder.FirstUnitBase,
            UnmapWhileInFlight = scenario.Workload.UnmapWhileInFlight,
            DeviceTlb = protocol.UsesDeviceTlb,
            ThinkFactor = scenario.Workload.ThinkTimeScale.Numerator,
            ThinkDivisor = scenario.Workload.ThinkTimeScale.Denominator,
            InvalidationTimeoutNs = scenario.Timing.InvalidationTimeout,
            Backlog = 64,
        };
        var program = new TraceProgram(
            script, settings, new GuestHeap(script.TopAddress, ramBytes), domain => new DomainKey(domain.Value), report);
        var guest = new GuestSpec
        {
            Vcpus = scenario.Topology.Vcpus,
            UnitBases = [MachineBuilder.FirstUnitBase],
            Unit = recordedUnit with
            {
                DeviceTlb = protocol.UsesDeviceTlb,
                IotlbCapacity = scenario.Unit.IotlbEntries,
                ContextCacheCapacity = scenario.Unit.ContextEntries,
            },
            Devices = [.. script.Sources.Select(source => new DeviceSpec(source, 0, profile))],
            Ram = new GuestRam(ramBytes),
            Program = program,
            Dice = vcpu => MachineBuilder.Dice(random, vcpu),
        };
        return new WorkPlan([guest]) { Observer = new Comparer(program), Replay = report };
    }

    private static VtdOptions Offered(string file, ulong cap, ulong ecap)
    {
        try
        {
            return VtdOptions.FromCapabilities(cap, ecap);
        }
        catch (ArgumentException unsupported)
        {
            throw new UnsupportedCombinationException(
                "workload.file",
                file,
                $"the recorded unit cannot be built: {unsupported.Message}",
                "CAP and ECAP of a unit in legacy mode");
        }
    }

    private sealed class Comparer(TraceProgram program) : IUnitObserver
    {
        public void Fetched(int guest, int unit, ulong low, ulong high) => program.Fetched(low, high);

        public void Status(int guest, int unit, GuestPhysical address, uint data) => program.StatusWritten(address, data);
    }
}
