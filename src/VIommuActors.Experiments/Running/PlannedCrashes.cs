using VIommuActors.Actors;
using VIommuActors.Protocols.Messages;
using VIommuActors.Scenarios.Model;
using VIommuActors.Simulation;

namespace VIommuActors.Experiments.Running;

/// <summary>The planned crashes of a scenario: an emulator process dies with its dummy vIOMMU and all its devices.</summary>
internal static class EmulatorCrashes
{
    /// <summary>The party's name in scenarios: the emulator of every guest's first unit.</summary>
    public const string DummyVIommu = "dummy-viommu";

    public static void Plan(Scenario scenario, MachineLayout layout, SimKernel kernel)
    {
        foreach (var crash in scenario.Faults.OfType<CrashFault>())
        {
            var message = new Crash(NodeId.None, crash.RestartAfterNs ?? -1);
            foreach (var guest in layout.Guests)
            {
                kernel.DeliverAt(crash.CrashAtNs, layout.Table[guest.Dummies[0]], message, null);
                foreach (var device in guest.Devices)
                {
                    if (device.Unit == 0) kernel.DeliverAt(crash.CrashAtNs, layout.Table[device.Node], message, null);
                }
            }
        }
    }
}
