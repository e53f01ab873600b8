using System.Collections.Immutable;
using VIommuActors.Actors;
using VIommuActors.Machine;
using VIommuActors.Protocols.Messages;
using VIommuActors.Scenarios.Model;
using VIommuActors.Simulation;

namespace VIommuActors.Experiments.Running;

/// <summary>Who can crash, under which name, and the planned crashes of a scenario.</summary>
internal static class PlannedCrashes
{
    /// <summary>An emulator process: its dummy vIOMMU and all devices behind its unit.</summary>
    public const string DummyVIommu = "dummy-viommu";

    /// <summary>One device; its process goes on.</summary>
    public const string Device = "device";

    /// <summary>A guest, at one of its vCPUs.</summary>
    public const string Vcpu = "vcpu";

    /// <summary>The parties' names.</summary>
    public static ImmutableArray<string> Names { get; } = [DummyVIommu, Device, Vcpu];

    /// <summary>What a party of this name gets to crash; a guest that panics does not come back.</summary>
    public static Message MessageFor(string party, long? restartAfterNs) => party switch
    {
        Device => new Crash(NodeId.None, restartAfterNs ?? -1, CrashScope.Device),
        Vcpu => new GuestPanic(NodeId.None),
        _ => new Crash(NodeId.None, restartAfterNs ?? -1, CrashScope.Process),
    };

    /// <summary>The party of a guest that a scenario's rule means: its first.</summary>
    public static NodeId FirstOf(string party, GuestNodes guest) => party switch
    {
        Device => guest.Devices[0].Node,
        Vcpu => guest.Vcpus[0],
        _ => guest.Dummies[0],
    };

    /// <summary>Sends every crash at its time.</summary>
    public static void Plan(Scenario scenario, MachineLayout layout, SimKernel kernel)
    {
        foreach (var crash in scenario.Faults.OfType<CrashFault>())
        {
            var message = MessageFor(crash.On, crash.RestartAfterNs);
            foreach (var guest in layout.Guests) kernel.DeliverAt(crash.CrashAtNs, layout.Table[FirstOf(crash.On, guest)], message, null);
        }
    }
}
