using System.Collections.Immutable;
using VIommuActors.Machine;
using VIommuActors.Protocols.Messages;
using VIommuActors.Scenarios.Model;

namespace VIommuActors.Blueprints.Faults;

/// <summary>Who can crash, under which name, and the planned crashes of a scenario.</summary>
public static class PlannedCrashes
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

    /// <summary>A scenario's crashes of one guest: when, who, and what it gets.</summary>
    public static IEnumerable<(long AtNs, NodeId Party, Message Message)> Of(Scenario scenario, GuestNodes guest) =>
        scenario.Faults.OfType<CrashFault>()
            .Select(crash => (crash.CrashAtNs, FirstOf(crash.On, guest), MessageFor(crash.On, crash.RestartAfterNs)));

    /// <summary>The party of a guest that a scenario's rule means: its first.</summary>
    public static NodeId FirstOf(string party, GuestNodes guest) => party switch
    {
        Device => guest.Devices[0].Node,
        Vcpu => guest.Vcpus[0],
        _ => guest.Dummies[0],
    };
}
